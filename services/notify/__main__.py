"""python -m services.notify [api] [relay] [consumer] | migrate"""

from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from shared.process import main

if __name__ == "__main__":
    main(NotifySettings, build)
