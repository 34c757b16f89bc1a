from ..figures import FIGURE, VEGA_LITE, bundle  # noqa
from .specification import *  # noqa
from .specification import described, plain, quantity  # noqa
