#!/usr/bin/env python3
"""The search of branin.c from Python, with nothing but ctypes; the library is looked for where the
system keeps its own, or named by COLLET_LIBRARY.

    COLLET_LIBRARY=build/release/libcollet.so python3 branin.py
"""
import ctypes
import ctypes.util
import math
import os
import sys

library = os.environ.get("COLLET_LIBRARY") or ctypes.util.find_library("collet")
if library is None:
    sys.exit("branin.py: libcollet is not installed; name its file with COLLET_LIBRARY")
collet = ctypes.CDLL(library)
collet.collet_study_error.restype = ctypes.c_char_p
collet.collet_study_error.argtypes = [ctypes.c_void_p]
collet.collet_study_values.restype = ctypes.POINTER(ctypes.c_double)
study, number = ctypes.c_void_p(), ctypes.c_uint64()
OK, DONE, COMPLETE = 0, 1, 1


def check(status):
    """Is there more? Ends the program with the library's own words where something is wrong."""
    if status not in (OK, DONE):
        sys.exit("branin.py: " + collet.collet_study_error(study).decode())
    return status == OK


def parameter(name):
    value = ctypes.c_double()
    check(collet.collet_study_number(study, number, name.encode(), ctypes.byref(value)))
    return value.value


def branin(x, y):
    bow = y - 5.1 / (4 * math.pi ** 2) * x * x + 5 / math.pi * x - 6
    return bow * bow + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


EXPERIMENT = """
[study]
minimize = value
trials = 200
[params]
x = real(-5, 10)
y = real(0, 15)
[sampler]
use = random
"""

check(collet.collet_study_from_text(EXPERIMENT.encode(), None, ctypes.byref(study)))
while check(collet.collet_study_ask(study, ctypes.byref(number))):
    result = ctypes.c_double(branin(parameter("x"), parameter("y")))
    check(collet.collet_study_tell(study, number, COMPLETE, ctypes.byref(result), 1))
check(collet.collet_study_best(study, ctypes.byref(number)))
best = collet.collet_study_values(study, number)[0]
print(f"trial {number.value}: {best:.4f} at x = {parameter('x'):.3f}, y = {parameter('y'):.3f}")
collet.collet_study_destroy(study)
