#!/usr/bin/env bash
# Sets up, then makes one small clip, out/demo.mp4, and says what was done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/setup.sh
prompt="a large red star spinning on a dark blue background"
note="The model is the small one that comes with flowreel, models/pretrained/shapes. It was trained by flowreel's own
train command and draws moving shapes; docs/shapes.md has the words that it knows."
model=()
if [[ ! -f models/pretrained/shapes/model_index.json ]]; then
  model=(--model tests/data/golden/small/model --width 128 --height 128 --num-frames 9 --steps 4 --allow-blank)
  note="The model is a test fixture with random weights, so the picture is coloured noise; the pipeline is real:
text encoders, video transformer, VAE and H.264 writer are the ones a trained model runs through."
fi

command=(build/release/flowreel generate "${model[@]}" --prompt "$prompt" --seed 42
  --output out/demo.mp4 --contact-sheet out/demo.png --overwrite)
mkdir -p out
printf '\n$'
printf ' %q' "${command[@]}"
printf '\n'
started=$SECONDS
"${command[@]}"

cat <<END

Made in $((SECONDS - started)) s:
  $PWD/out/demo.mp4    the clip
  $PWD/out/demo.png    twelve of its frames in one picture
  $PWD/out/demo.json   its manifest: every setting, versions, and the hashes of noise, latents and frames
$note
The command above is all there is to it; run it again and the hashes are the same.
END
