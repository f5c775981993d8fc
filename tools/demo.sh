#!/usr/bin/env bash
# Sets up, then makes one small clip, out/demo.mp4, and says what was done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/setup.sh
prompt="a large red star spinning on a dark blue background"
command=(build/release/flowreel generate --prompt "$prompt" --seed 42
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
The model is the small one that comes with flowreel, models/pretrained/shapes. It was trained by flowreel's own train
command and draws moving shapes; docs/shapes.md has the words that it knows.
The command above is all there is to it; run it again and the hashes are the same.
END
