from ..drawing import *  # noqa
from ..drawing import _laid_out, _size, _svg, _pages  # noqa
