"""python -m services.requests [api] [relay] [consumer] | migrate"""

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.process import main

if __name__ == "__main__":
    main(RequestsSettings, build)
