#!/usr/bin/env bash
# Trains models/pretrained/shapes from nothing: the runs of configs/train/shapes/ in the order of their numbers, each on
# the model that the one before it wrote. Hours on a few cores; it can be stopped at any time and started again, and
# goes on where it was. --set arguments go to every run, for example: tools/train_shapes.sh --set device=cuda
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/setup.sh
last=
for config in $(printf '%s\n' configs/train/shapes/[0-9]*.json | sort -V); do
  run=out/shapes/$(basename "$config" .json)
  if [[ ! -f $run/model/model_index.json ]]; then
    if compgen -G "$run/checkpoints/step_*" >/dev/null; then
      build/release/flowreel train --resume "$run" "$@"
    else
      build/release/flowreel train --config "$config" "$@"
    fi
  fi
  last=$run/model
done
echo "$last is the trained model; to ship it:"
echo "  cp -r $last/. models/pretrained/shapes/"
echo "  build/release/flowreel evaluate --model models/pretrained/shapes --prompts 200 --seed 1"
