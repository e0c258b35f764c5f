"""python -m services.dispatch [api] [relay] [consumer] | migrate"""

from services.dispatch.bootstrap import build
from services.dispatch.settings import DispatchSettings
from shared.process import main

if __name__ == "__main__":
    main(DispatchSettings, build)
