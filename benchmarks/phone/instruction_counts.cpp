// SPDX-License-Identifier: MIT
// A plugin of QEMU's user emulation that counts the AArch64 instructions of a program by function
// and kind.
//   qemu-aarch64 -d plugin -D COUNTS -plugin ./instruction_counts.so PROGRAM...
// Each line of COUNTS: function (mangled), then how many instructions of each kind, in the order of
// `Kind`, tab separated. Blocks are counted as whole when they are entered, without atomic
// operations: functions that several threads run at once may lose counts. QEMU names functions only
// while its log is open (-d), and only of the program itself: "?" is everything else.
//
// The few declarations of the plugin interface (version 1, QEMU 6 to 8) that are used; Debian 12
// has no package of its header.
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
using TranslationCallback = void (*)(std::uint64_t id, qemu_plugin_tb* block);
using ExitCallback = void (*)(std::uint64_t id, void* data);
void qemu_plugin_register_vcpu_tb_trans_cb(std::uint64_t id, TranslationCallback callback);
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb* block,
                                              int operation,
                                              void* counter,
                                              std::uint64_t amount);
void qemu_plugin_register_atexit_cb(std::uint64_t id, ExitCallback callback, void* data);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* block, std::size_t index);
const void* qemu_plugin_insn_data(const qemu_plugin_insn* instruction);
const char* qemu_plugin_insn_symbol(const qemu_plugin_insn* instruction);
void qemu_plugin_outs(const char* text);
[[gnu::visibility("default")]] int qemu_plugin_version = 1;
}

namespace {

enum Kind : std::size_t {
  integer,
  branch,
  load,
  vector_load,
  store,
  vector_store,
  multiply_add,
  vector_other,
  kinds
};
using Counts = std::array<std::uint64_t, kinds>;

bool matches(std::uint32_t code, std::uint32_t mask, std::uint32_t value) {
  return (code & mask) == value;
}

// Fused multiply-adds of four floats, dot products of bytes: what a network is made of.
bool is_multiply_add(std::uint32_t code) {
  return matches(code, 0xbf20fc00, 0x0e20cc00)      // FMLA (vector)
         || matches(code, 0xbf80f400, 0x0f801000)   // FMLA (by element)
         || matches(code, 0x9fe0fc00, 0x0e809400)   // SDOT, UDOT (vector)
         || matches(code, 0x9fc0f400, 0x0f80e000);  // SDOT, UDOT (by element)
}

// Arm Architecture Reference Manual, C4.1: bits 28 to 25 tell the group.
Kind kind_of(std::uint32_t code) {
  const std::uint32_t group = code >> 25 & 0xf;
  const bool is_vector = code >> 26 & 1;
  if ((group & 0b0101) == 0b0100) {
    const std::uint32_t form =
        code >> 28 & 3;  // 0: exclusive or structures, 1: literal, 2: pair, 3: one register
    const std::uint32_t operation =
        code >> 22 & 3;  // of one general register, 2 and 3 are loads with a sign
    const bool is_load =
        form == 1 || (form == 3 && !is_vector ? operation != 0 : (operation & 1) != 0);
    return is_load ? (is_vector ? vector_load : load) : (is_vector ? vector_store : store);
  }
  if ((group & 0b1110) == 0b1010) return branch;
  if ((group & 0b0111) == 0b0111) return is_multiply_add(code) ? multiply_add : vector_other;
  return integer;
}

std::map<std::string, Counts>& functions() {
  static std::map<std::string, Counts> all;
  return all;
}

void count_block(std::uint64_t, qemu_plugin_tb* block) {
  std::map<std::string, Counts> block_counts;
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
    const qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
    std::uint32_t code;
    std::memcpy(&code, qemu_plugin_insn_data(instruction), sizeof code);
    const char* name = qemu_plugin_insn_symbol(instruction);
    ++block_counts[name && *name ? name : "?"][kind_of(code)];
  }
  for (const auto& [name, counts] : block_counts) {
    Counts& total = functions()[name];  // stays where it is: a map moves no element
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      if (counts[kind] > 0)
        qemu_plugin_register_vcpu_tb_exec_inline(block, 0, &total[kind], counts[kind]);
    }
  }
}

void print_counts(std::uint64_t, void*) {
  for (const auto& [name, counts] : functions()) {
    std::string line = name;
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) {
      line += '\t' + std::to_string(count);
      sum += count;
    }
    if (sum > 0) qemu_plugin_outs((line + '\n').c_str());
  }
}

}  // namespace

extern "C" [[gnu::visibility("default")]] int qemu_plugin_install(std::uint64_t id,
                                                                  const void*,
                                                                  int,
                                                                  char**) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
  qemu_plugin_register_atexit_cb(id, print_counts, nullptr);
  return 0;
}
