"""Opens the store of files that a setting names."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from shared.storage.folder import FolderStore
from shared.storage.port import FileStore
from shared.storage.s3 import S3Store
from shared.tls import trusting


def open_files(url: str, *, ca_file: Path | None = None) -> FileStore:
    """``url`` is file:///folder or s3+https://KEY:SECRET@host/bucket?region=… (s3+http:// in clear).

    :raises ValueError: it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(url2pathname(parts.path)))
    if parts.scheme in ("s3+https", "s3+http"):
        return S3Store(url, tls=trusting(ca_file))
    raise ValueError(f"files are kept at file:/// or s3+https://, not {parts.scheme}:")
