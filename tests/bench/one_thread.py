"""To be imported before numpy: its linear algebra then has one thread, as tuner's strategies have, and no thread of it
spins while others are measured."""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
