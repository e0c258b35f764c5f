"""catalog: what is on offer, and who can do it (制单)."""

import os

os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")  # pypinyin need not hold its dictionaries twice
