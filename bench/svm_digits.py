#!/usr/bin/env python3
"""Writes svm_digits.h: the error of support vector machines on scikit-learn's digits, trained for each
setting of a grid and for three divisions of the rows. So bench/samplers has a problem that is no formula.

    /usr/bin/python3 bench/svm_digits.py > bench/svm_digits.h
"""
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

KERNELS, COSTS, GAMMAS, DIVISIONS = ("rbf", "poly", "sigmoid"), 10, 12, 3
x, y = load_digits(return_X_y=True)
x = x / 16
print("/* Made by svm_digits.py: wrong of 900 rows, by division, kernel, cost 10^(k/2 - 2), gamma 10^(k/3 - 3). */")
print(f"static const short svm_digits[{DIVISIONS}][{len(KERNELS)}][{COSTS}][{GAMMAS}] = {{")
for division in range(DIVISIONS):
    a, b, c, d = train_test_split(x, y, train_size=500, test_size=900, random_state=division)
    print("    {")
    for kernel in KERNELS:
        print("        {")
        for i in range(COSTS):
            row = [int((SVC(kernel=kernel, C=10 ** (i / 2 - 2), gamma=10 ** (j / 3 - 3)).fit(a, c).predict(b)
                        != d).sum()) for j in range(GAMMAS)]
            print("            {" + ", ".join(map(str, row)) + "},")
        print("        },")
    print("    },")
print("};")
