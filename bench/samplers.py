#!/usr/bin/env python3
"""Optuna's samplers on the problems of bench_samplers, which evaluates them: so both sides minimise the same
function. Appends a line a search to FILE, and leaves out those that are there already.

    /usr/bin/python3 samplers.py BENCH_SAMPLERS FILE [--samplers a,b] [--problems x,y] [--seeds N] [--trials N]
"""
import argparse
import math
import os
import subprocess
import warnings

import optuna

STOPS = (25, 50, 100, 200)
REAL, INT = 1, 2


def samplers(seed):
    s = optuna.samplers
    made = {
        "optuna-random": lambda: s.RandomSampler(seed=seed),
        "optuna-tpe": lambda: s.TPESampler(seed=seed),
        "optuna-tpe-multivariate": lambda: s.TPESampler(seed=seed, multivariate=True, constant_liar=True),
        "optuna-cmaes": lambda: s.CmaEsSampler(seed=seed),
        "optuna-nsga2": lambda: s.NSGAIISampler(seed=seed),
    }
    if hasattr(s, "GPSampler"):
        made["optuna-gp"] = lambda: s.GPSampler(seed=seed)
    return made


def space(program, problem):
    """Dimensions as bench_samplers describes them."""
    text = subprocess.run([program, "--describe", problem], check=True, capture_output=True, text=True).stdout
    dims = []
    for line in text.splitlines():
        name, kind, low, high, step, log, categories, *conditions = line.split()
        parents = []
        for condition in conditions:
            parent, ranges = condition.split(":")
            ends = [float(x) for x in ranges.split(",")]
            parents.append((int(parent), list(zip(ends[::2], ends[1::2]))))
        dims.append((name, int(kind), float(low), float(high), float(step), log == "1", int(categories), parents))
    return dims


def suggest(trial, dims):
    x = []
    for name, kind, low, high, step, log, categories, parents in dims:
        if not all(any(a <= x[parent] <= b for a, b in ranges) for parent, ranges in parents):
            x.append(math.nan)
        elif kind == REAL:
            x.append(trial.suggest_float(name, low, high, log=log, step=step or None))
        elif kind == INT:
            x.append(trial.suggest_int(name, int(low), int(high), log=log, step=1 if log else int(step) or 1))
        else:
            x.append(trial.suggest_categorical(name, list(range(categories))))
    return x


def search(server, sampler, problem, dims, seed, trials):
    study, best, at = optuna.create_study(sampler=sampler), math.inf, {}
    for t in range(1, trials + 1):
        trial = study.ask()
        x = suggest(trial, dims)
        server.stdin.write(f"{problem} {seed} " + " ".join(repr(float(v)) for v in x) + "\n")
        server.stdin.flush()
        value = float(server.stdout.readline())
        study.tell(trial, value)
        best = min(best, value)
        at.update({stop: best for stop in STOPS if t <= stop})
    return [at[stop] for stop in STOPS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("file")
    parser.add_argument("--samplers", default="")
    parser.add_argument("--problems", default="all")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=200)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rows = [line.split() for line in subprocess.run([args.program, "--list"], check=True, capture_output=True,
                                                    text=True).stdout.splitlines()]
    wanted = [r[0] for r in rows if args.problems in ("all", r[2]) or r[0] in args.problems.split(",")]
    names = args.samplers.split(",") if args.samplers else list(samplers(0))
    there = set()
    if os.path.exists(args.file):
        with open(args.file, encoding="utf-8") as old:
            there = {tuple(line.split()[:3]) for line in old}
    server = subprocess.Popen([args.program, "--evaluate"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with open(args.file, "a", encoding="utf-8") as out:
        dims = {problem: space(args.program, problem) for problem in wanted}
        for seed in range(args.seeds):  # the first seeds of everything are complete at any time
            for problem in wanted:
                for name in names:
                    if (name, problem, str(seed)) not in there:
                        best = search(server, samplers(seed)[name](), problem, dims[problem], seed, args.trials)
                        out.write(f"{name} {problem} {seed} " + " ".join(map(repr, best)) + "\n")
                        out.flush()


main()
