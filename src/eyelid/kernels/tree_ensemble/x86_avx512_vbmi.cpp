// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::avx512_vbmi {
namespace {

// All feature values, 512 bytes in eight registers: a look-up is two table permutations and blends.
struct Values {
  __m512i r[8];

  explicit Values(const std::uint8_t* values) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) r[i] = _mm512_load_si512(values + 64 * i);
  }

  // Bits 0-6 of an index choose inside a pair of registers, bit 7 the pair, `upper` the half.
  __m512i look_up(__m512i index, __mmask64 upper) const {
    const __mmask64 second = _mm512_movepi8_mask(index);
    const __m512i lower_half = _mm512_mask_blend_epi8(second,
                                                      _mm512_permutex2var_epi8(r[0], index, r[1]),
                                                      _mm512_permutex2var_epi8(r[2], index, r[3]));
    const __m512i upper_half = _mm512_mask_blend_epi8(second,
                                                      _mm512_permutex2var_epi8(r[4], index, r[5]),
                                                      _mm512_permutex2var_epi8(r[6], index, r[7]));
    return _mm512_mask_blend_epi8(upper, lower_half, upper_half);
  }
};

// One node of each of 64 trees.
struct Nodes {
  __m512i a, b, threshold, upper_bits;

  static Nodes load(const std::uint8_t* node) {
    return {_mm512_load_si512(node),
            _mm512_load_si512(node + 64),
            _mm512_load_si512(node + 128),
            _mm512_load_si512(node + 192)};
  }

  __mmask64 test(const Values& values) const {
    const __m512i value_a = values.look_up(a, _mm512_movepi8_mask(upper_bits));
    const __m512i doubled = _mm512_add_epi8(upper_bits, upper_bits);
    const __m512i value_b = values.look_up(b, _mm512_movepi8_mask(doubled));
    // Saturation keeps the order: where b + threshold passes 255, no a is greater.
    return _mm512_cmpgt_epu8_mask(value_a, _mm512_adds_epu8(value_b, threshold));
  }
};

Nodes blend(__mmask64 is_true, const Nodes& if_false, const Nodes& if_true) {
  return {_mm512_mask_blend_epi8(is_true, if_false.a, if_true.a),
          _mm512_mask_blend_epi8(is_true, if_false.b, if_true.b),
          _mm512_mask_blend_epi8(is_true, if_false.threshold, if_true.threshold),
          _mm512_mask_blend_epi8(is_true, if_false.upper_bits, if_true.upper_bits)};
}

// The node that each tree's path leads to, out of 2^levels nodes: halves are chosen by the last
// test first.
template <int levels>
Nodes select(const std::uint8_t* nodes, const __mmask64* tests) {
  if constexpr (levels == 0) {
    return Nodes::load(nodes);
  } else {
    constexpr std::size_t half = (std::size_t{1} << (levels - 1)) * 256;
    return blend(tests[0],
                 select<levels - 1>(nodes, tests + 1),
                 select<levels - 1>(nodes + half, tests + 1));
  }
}

template <int level, int depth>
void walk_levels(const std::uint8_t* nodes, const Values& values, __mmask64* tests) {
  if constexpr (level < depth) {
    constexpr std::size_t first = ((std::size_t{1} << level) - 1) * 256;
    tests[level] = select<level>(nodes + first, tests).test(values);
    walk_levels<level + 1, depth>(nodes, values, tests);
  }
}

template <int depth>
void walk(const std::uint8_t* nodes, int groups, const Values& values, std::uint8_t* leaf) {
  for (int group = 0; group < groups; ++group) {
    __mmask64 tests[depth];
    walk_levels<0, depth>(nodes, values, tests);
    __m512i path = _mm512_setzero_si512();
#pragma GCC unroll 5
    for (int level = 0; level < depth; ++level) {
      const __m512i bit = _mm512_set1_epi8(static_cast<char>(1 << (depth - 1 - level)));
      path = _mm512_mask_add_epi8(path, tests[level], path, bit);
    }
    _mm512_store_si512(leaf, path);
    nodes += ((std::size_t{1} << depth) - 1) * 256;
    leaf += kTreeGroup;
  }
}

#include "eyelid/kernels/with_count.inc"

}  // namespace

void walk_trees(const TreeTable& trees, const std::uint8_t* values, std::uint8_t* leaf) {
  if (trees.byte_nodes == nullptr) return interleaved::walk_trees(trees, values, leaf);
  const int groups = (trees.tree_count + kTreeGroup - 1) / kTreeGroup;
  const Values loaded(values);
  with_count<5>(trees.depth,
                [&]<int depth>() { walk<depth>(trees.byte_nodes, groups, loaded, leaf); });
}

}  // namespace eyelid::kernels::avx512_vbmi
