"""python -m services.catalog [api] [relay] [consumer] | migrate"""

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.process import main

if __name__ == "__main__":
    main(CatalogSettings, build)
