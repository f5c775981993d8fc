#!/usr/bin/env python3
"""Draws docs/flow-matching.png and docs/reflow.png from the tables that flow_experiment wrote.

    tools/plot_flow_matching.py [FOLDER [PICTURES]]        (docs/data and docs)

Needs matplotlib.
"""

import csv
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (the backend comes first)

TARGETS = {"eight_gaussians": "eight Gaussians", "checkerboard": "checkerboard", "two_moons": "two moons"}
BLUE, GREEN, RED, ORANGE, GREY = "#1f5fa8", "#2a8a4a", "#c23b31", "#e08a1e", "#777777"
METHODS = {  # as in the table of distances: label, colour, marker, line
    "velocity; euler": ("velocity, Euler", BLUE, "o", "-"),
    "velocity; heun": ("velocity, Heun", BLUE, "^", ":"),
    "velocity paired; euler": ("velocity, paired (OT), Euler", GREEN, "s", "-"),
    "noise linear; ddim": ("noise, DDIM", RED, "D", "-"),
    "noise linear; ddim on even times": ("noise, DDIM on even t", ORANGE, "v", "--"),
    "noise linear; ddpm": ("noise, DDPM (ancestral)", GREY, "x", "-"),
}
MODELS = {  # paths to draw: (what, model): title, colour
    ("path", "velocity"): ("velocity", BLUE),
    ("path", "velocity; paired"): ("velocity, paired (OT)", GREEN),
    ("path", "noise; linear"): ("noise, on the straight scale", RED),
    ("own path", "noise; linear"): ("noise, on its own scale", RED),
}
MADE = {  # samples to draw
    "data": ("data", GREY),
    "velocity; euler": ("velocity, Euler", BLUE),
    "velocity paired; euler": ("velocity, paired (OT)", GREEN),
    "noise linear; ddim": ("noise, DDIM", RED),
}


def rows(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        return list(csv.reader(file))[1:]


def pairs(numbers):
    values = [float(number) for number in numbers]
    return values[0::2], values[1::2]


def bare(axes, limit):
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xticks=[], yticks=[])


def draw_distances(axes, distances, target):
    for method, (label, colour, marker, line) in METHODS.items():
        points = [(int(r[2]), *map(float, r[3:])) for r in distances if r[0] == target and r[1] == method]
        n, mean, low, high = zip(*points)
        axes.plot(n, mean, line, color=colour, marker=marker, markersize=4.5, linewidth=1.4, label=label)
        axes.fill_between(n, low, high, color=colour, alpha=0.13, linewidth=0)
    floor = next(float(r[3]) for r in distances if r[0] == target and r[1] == "data")
    axes.axhline(floor, color="black", linewidth=0.9, linestyle=(0, (2, 2)), label="data against data")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks([1, 2, 4, 8, 16, 50], labels=["1", "2", "4", "8", "16", "50"])
    axes.minorticks_off()
    axes.set_yticks([0.03, 0.1, 0.3, 1, 3], labels=["0.03", "0.1", "0.3", "1", "3"])
    axes.set_ylim(0.015, 6)
    axes.grid(alpha=0.25, linewidth=0.6)
    axes.set_title(TARGETS[target], fontsize=10)
    axes.set_xlabel("evaluations of the network", fontsize=9)


def draw_paths(axes, points, key, title, colour):
    for row in points:
        if tuple(row[:3]) != key:
            continue
        x, y = pairs(row[3:])
        axes.plot(x, y, color=colour, linewidth=0.9, alpha=0.8)
        axes.plot(x[0], y[0], "o", color="white", markeredgecolor="#444444", markersize=3, markeredgewidth=0.7)
        axes.plot(x[-1], y[-1], "o", color="black", markersize=2.6)
    bare(axes, 2.3)
    axes.set_title(title, fontsize=9)


def draw_made(axes, points, method):
    title, colour = MADE[method]
    row = next(r for r in points if r[1] == "checkerboard" and r[0] in ("made", "data") and r[2] == method)
    axes.scatter(*pairs(row[3:]), s=2.2, color=colour, alpha=0.8, linewidths=0)
    bare(axes, 2.0)
    axes.set_title(title, fontsize=9)


def draw_comparison(folder, picture):
    distances, points = rows(folder, "flow-matching-distances.csv"), rows(folder, "flow-matching-points.csv")
    figure = plt.figure(figsize=(10, 9.7), layout="constrained")
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=[1.4, 1, 1])
    panels = top.subplots(1, 3, sharey=True)
    for axes, target in zip(panels, TARGETS):
        draw_distances(axes, distances, target)
    panels[0].set_ylabel("sliced Wasserstein distance to the data", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    top.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8.5, frameon=False)
    middle.suptitle("the ways from noise (white) to eight Gaussians (black), 200 steps", fontsize=10)
    for axes, ((what, model), (title, colour)) in zip(middle.subplots(1, 4), MODELS.items()):
        draw_paths(axes, points, (what, "eight_gaussians", model), title, colour)
    bottom.suptitle("a checkerboard after 4 evaluations", fontsize=10)
    for axes, method in zip(bottom.subplots(1, 4), MADE):
        draw_made(axes, points, method)
    figure.savefig(picture, dpi=110)


def draw_one_step(axes, points, target, model):
    for row in points:
        if tuple(row[:3]) == ("made", target, model):
            axes.scatter(*pairs(row[3:]), s=2.2, color=GREEN, alpha=0.8, linewidths=0)
    bare(axes, 2.3)


def draw_reflow(folder, picture):
    """For each target the ways of the 1-, 2- and 3-rectified flow, and under them what one step makes."""
    points = rows(folder, "flow-matching-reflow-points.csv")
    measures = {tuple(row[:3]): float(row[3]) for row in rows(folder, "flow-matching-reflow.csv")}
    figure, panels = plt.subplots(3, 6, figsize=(12, 6.6), layout="constrained")
    for line, (target, name) in zip(panels, TARGETS.items()):
        line[0].set_ylabel(name, fontsize=9)
        for k in (1, 2, 3):
            straightness = measures[(target, str(k), "straightness")]
            distance = measures[(target, str(k), "distance at 1")]
            draw_paths(line[k - 1], points, ("path", target, str(k)), f"{k}-rectified, S {straightness:.2g}", BLUE)
            draw_one_step(line[k + 2], points, target, str(k))
            line[k + 2].set_title(f"{k}-rectified, 1 step: {distance:.2g}", fontsize=9)
    figure.savefig(picture, dpi=110)


def main(folder="docs/data", pictures="docs"):
    draw_comparison(folder, os.path.join(pictures, "flow-matching.png"))
    draw_reflow(folder, os.path.join(pictures, "reflow.png"))


if __name__ == "__main__":
    main(*sys.argv[1:3])
