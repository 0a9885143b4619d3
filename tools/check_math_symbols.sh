#!/usr/bin/env bash
# Between a decoded frame and frames.csv nothing may call a function of the C library whose last bits depend on the processor (it
# picks them by what the processor can): core/exponential.hpp and std::sqrt give the same bits everywhere.
#   tools/check_math_symbols.sh BUILD_FOLDER
set -euo pipefail
functions='(sin|cos|sincos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|cbrt|hypot)f?'
status=0
for room in core compute kernels video frames networks detection landmarks closure tables; do
  symbols=$(nm -A -u "${1:?build folder}/src/eyelid/$room/libeyelid_$room.a")
  calls=$(grep -E " U $functions\$" <<<"$symbols" || true)
  [[ -z $calls ]] || { echo "$calls"; status=1; }
done
[[ $status == 0 ]] && echo "math symbols: ok"
exit $status
