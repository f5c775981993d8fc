#!/usr/bin/env bash
# Sets up, then makes one small clip, out/demo.mp4, and says what was done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/setup.sh
model=models/pretrained/shapes
prompt="a red square moves to the right"
note="The model is the small one that comes with flowreel; it draws plain moving shapes."
blank=()
if [[ ! -f $model/model_index.json ]]; then
  model=tests/data/golden/small/model
  prompt="a cat walks on the grass, realistic style"
  note="The model is a test fixture with random weights, so the picture is coloured noise; the pipeline is real:
text encoders, video transformer, VAE and H.264 writer are the ones a trained model runs through."
  blank=(--allow-blank)
fi

command=(build/release/flowreel generate --model "$model" --prompt "$prompt" --width 128 --height 128
  --num-frames 9 --steps 4 --seed 42 --output out/demo.mp4 --overwrite "${blank[@]}")
mkdir -p out
printf '\n$'
printf ' %q' "${command[@]}"
printf '\n'
started=$SECONDS
"${command[@]}"

cat <<END

Made in $((SECONDS - started)) s:
  $PWD/out/demo.mp4    the clip: 128x128, 9 frames
  $PWD/out/demo.json   its manifest: every setting, versions, and the hashes of noise, latents and frames
$note
The command above is all there is to it; run it again and the hashes are the same.
END
