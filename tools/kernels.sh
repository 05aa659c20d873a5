#!/usr/bin/env bash
# Compiles every kernel to the PTX that Linr.Kernels embeds; needs no GPU.
#   tools/kernels.sh            writes src/Kernels/Cuda/Ptx
#   tools/kernels.sh --check    writes nothing: compiles and assembles everything, fails where committed PTX is stale
#   tools/kernels.sh --usage    writes nothing: the assembler says what each kernel uses (registers; lmem are spills)
# Ends with 3 where no compiler can be had.
set -euo pipefail
cd "$(dirname "$0")/.."
nvrtc=$(tools/get-nvrtc.sh)
dotnet run tools/kernels.cs -c Release -- "$nvrtc" src/Kernels "$@"
