#!/usr/bin/env bash
# Everything between a fresh clone and a built program: system packages, LibTorch, configure, build.
#   tools/setup.sh [--preset NAME] [TARGET...]     default: preset release, target flowreel
# It can be run again at any time and does only what is missing. The program is then build/release/flowreel.
# LibTorch: an existing Torch_DIR or CMAKE_PREFIX_PATH if one is set, else the pinned wheel in .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch_version=2.13.0
packages=(
  build-essential cmake ninja-build ccache pkg-config git python3 python3-venv python3-pip
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-video-dev
  nlohmann-json3-dev libcli11-dev libgtest-dev libpcre2-dev libutf8proc-dev libssl-dev
  libsqlite3-dev libpq-dev
  ffmpeg universal-ctags python3-jsonschema
)

say() { printf '==> %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 69; }

missing_packages() {
  local installed
  # dpkg-query fails when it knows nothing of a package, which is what is asked here.
  installed=$({ dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true; } |
    awk '$2 == "installed" {print $1}' | sort -u)
  comm -13 <(printf '%s\n' "$installed") <(printf '%s\n' "${packages[@]}" | sort)
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "not Debian or Ubuntu: needed are these packages or their like: ${packages[*]}"
    return
  fi
  local missing root=()
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      printf 'setup: system packages are missing. Run this line, then start again:\n' >&2
      printf '  sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
      exit 69
    fi
    root=(sudo -n)
  fi
  say "installing ${#missing[@]} system packages with apt (minutes on a fresh machine): ${missing[*]}"
  "${root[@]}" apt-get update -q >&2 || say "apt-get update failed; trying with the package lists that are there"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" \
    >&2 || fail "apt-get install failed; its own message is above"
}

# The folder of TorchConfig.cmake that the environment or an earlier configuration names, if any.
existing_torch() {
  local prefix suffix
  if [[ -n ${Torch_DIR:-} ]]; then
    [[ -f $Torch_DIR/TorchConfig.cmake ]] || fail "Torch_DIR is '$Torch_DIR', which has no TorchConfig.cmake"
    printf '%s\n' "$Torch_DIR"
    return
  fi
  local prefixes=()
  IFS=':;' read -r -a prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    for suffix in share/cmake/Torch Torch .; do
      [[ -f $prefix/$suffix/TorchConfig.cmake ]] && (cd "$prefix/$suffix" && pwd) && return
    done
  done
  local cached
  cached=$(cached_value "build/$preset" Torch_DIR)
  if [[ -f $cached/TorchConfig.cmake && $cached != "$PWD"/* &&
    $(cached_value "build/$preset" CMAKE_HOME_DIRECTORY) == "$PWD" ]]; then
    printf '%s\n' "$cached"
  fi
}

cached_value() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt" 2>/dev/null || true; }

# The folder of the wheel in .venv, empty unless pip finished installing it.
venv_torch() {
  local record
  for record in "$PWD"/.venv/lib/python3*/site-packages/torch-*.dist-info/RECORD; do
    if [[ -f $record ]]; then printf '%s\n' "${record%/*/*}/torch"; fi
  done
}

# Installs the pinned wheel into .venv with the first Python that pip finds one for. Only the shared libraries and
# headers are used, so the wheel's Python dependencies stay out.
install_torch() {
  local python version tried=""
  local candidates=(python3 /usr/bin/python3)
  [[ -x .venv/bin/python ]] && candidates=(.venv/bin/python)
  for python in "${candidates[@]}"; do
    command -v "$python" >/dev/null || continue
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    [[ $tried == *" $version "* ]] && continue
    tried="$tried $version "
    say "fetching LibTorch: the torch $torch_version wheel for Python $version, into .venv (200 to 600 MB)"
    if [[ $python != .venv/* ]] && ! "$python" -m venv .venv >&2; then
      say "$(command -v "$python") cannot make a virtual environment"
    elif .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps "torch==$torch_version" >&2; then
      return
    else
      say "pip found no torch $torch_version wheel for Python $version ($(command -v "$python"))"
    fi
    [[ $python == .venv/* ]] || rm -rf .venv
  done
  fail "no LibTorch. Tried Python:$tried. Unpack any LibTorch >= 2.6 and set CMAKE_PREFIX_PATH to its folder"
}

# pip takes a CPU build where its index has one. Elsewhere it brings the CUDA build, whose CPU half still links to two
# small CUDA libraries; they are fetched, the gigabytes of the rest are not. $1: the wheel's torch folder.
install_cuda_part() {
  local site=${1%/torch} toolkit
  compgen -G "$site/nvidia/*/lib/libcupti.so.*" >/dev/null && return
  toolkit=$(sed -n 's/^Requires-Dist: cuda-toolkit\[.*\]==\([0-9.]*\).*/\1/p' "$site"/torch-*.dist-info/METADATA)
  say "this is torch's CUDA build: adding the CUDA $toolkit runtime and profiling libraries it links to"
  # -qqq: pip would list torch's Python dependencies as missing, which they are meant to be.
  .venv/bin/python -m pip install -qqq --disable-pip-version-check "cuda-toolkit[cudart,cupti]==$toolkit" >&2 ||
    fail "the CUDA build of torch needs cuda-toolkit[cudart,cupti]==$toolkit, and pip could not install it"
}

# Sets torch_flags, what CMake needs to find LibTorch.
find_torch() {
  local torch
  torch=$(existing_torch)
  torch_flags=("-DTorch_DIR=$torch")
  [[ -z $torch ]] || return 0
  [[ -n $(venv_torch) ]] || install_torch
  torch=$(venv_torch | head -n 1)
  torch_flags=("-DTorch_DIR=$torch/share/cmake/Torch")
  if [[ -f $torch/lib/libtorch_cuda.so ]]; then
    install_cuda_part "$torch"
    torch_flags=("-DTorch_DIR=$PWD/cmake/torch-cpu" "-DFLOWREEL_TORCH_ROOT=$torch")
  fi
}

configure() {
  local build=build/$preset
  if [[ -f $build/CMakeCache.txt ]]; then
    if [[ $(cached_value "$build" CMAKE_GENERATOR) != Ninja ||
      $(cached_value "$build" CMAKE_HOME_DIRECTORY) != "$PWD" ]]; then
      say "$build belongs to another generator or folder: starting it afresh"
      rm -rf "$build"
    elif [[ -f $build/build.ninja && -DTorch_DIR=$(cached_value "$build" Torch_DIR) == "${torch_flags[0]}" ]]; then
      return  # ninja configures again by itself when a CMake file has changed
    fi
  fi
  say "configuring $build"
  cmake --preset "$preset" "${torch_flags[@]}" >&2
}

# As many compilers as there are processors, but no more than memory allows: LibTorch headers take 1.5 GB each.
jobs() {
  local memory
  memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  local n
  n=$(nproc)
  ((memory < n)) && n=$memory
  echo $((n < 1 ? 1 : n))
}

preset=release
if [[ ${1:-} == --preset ]]; then
  preset=${2:?--preset needs a name: release, debug or asan}
  shift 2
fi
if [[ ${1:-} == -* ]]; then
  sed -n '2,5s/^# \{0,1\}//p' tools/setup.sh
  [[ $1 == -h || $1 == --help ]] && exit 0 || exit 64
fi
targets=("${@:-flowreel}")
# Servers that only the tests need, and start for themselves; what the recipes for farms are read and run with.
case " ${targets[*]} " in *" all "* | *" untrusted_tests "*) packages+=(postgresql) ;; esac
case " ${targets[*]} " in
  *" all "*) packages+=(slurmctld slurmd slurm-client munge python3-yaml duktape chromium) ;;
esac

install_packages
find_torch
configure
say "building ${targets[*]} in build/$preset with $(jobs) compiler(s)"
started=$SECONDS
cmake --build --preset "$preset" --parallel "$(jobs)" --target "${targets[@]}" >&2
say "built in $((SECONDS - started)) s"
