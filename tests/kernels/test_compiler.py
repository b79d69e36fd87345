"""A kernel gives the same answer as plain Python and compiled, and only large input wakes the compiler."""

import subprocess
import sys

import numpy as np

from crosshold.kernels.compiler import COMPILE_FROM, kernel
from crosshold.kernels.csr import Int


@kernel
def twice(value: int) -> int:
    return 2 * value


@kernel
def total(values: Int) -> int:
    found = 0
    for value in values:
        found += twice(value)
    return found


def test_small_and_large_input_give_the_same_sums() -> None:
    for size in (0, 1, COMPILE_FROM - 1, COMPILE_FROM, 3 * COMPILE_FROM):
        assert total(np.arange(size)) == size * (size - 1)


def test_a_kernel_compiles_the_kernels_it_calls() -> None:
    assert total.native(np.arange(10)) == total.plain(np.arange(10)) == 90
    assert twice.native(4) == 8


def test_small_input_does_not_import_the_compiler() -> None:
    code = "import sys, numpy as np; from crosshold.kernels.compiler import kernel; f = kernel(lambda x: x.sum()); "
    code += "assert f(np.ones(10)) == 10; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
