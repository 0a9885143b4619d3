// SPDX-License-Identifier: MIT
#include "eyelid/model_files/pickle.hpp"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::model_files {
namespace {

using Kind = PickleValue::Kind;

constexpr std::array<std::string_view, 16> kAllowedGlobals = {"numpy.core.multiarray _reconstruct",
                                                              "numpy._core.multiarray _reconstruct",
                                                              "numpy ndarray",
                                                              "numpy dtype",
                                                              "collections OrderedDict",
                                                              "torch._utils _rebuild_tensor_v2",
                                                              "torch._utils _rebuild_parameter",
                                                              "torch FloatStorage",
                                                              "torch HalfStorage",
                                                              "torch DoubleStorage",
                                                              "torch LongStorage",
                                                              "torch IntStorage",
                                                              "torch ShortStorage",
                                                              "torch CharStorage",
                                                              "torch ByteStorage",
                                                              "torch BoolStorage"};

/// A model has a few hundred tensors; more objects than this are an attack on memory.
constexpr std::size_t kObjectLimit = 1000000;

/// The stack machine of the pickle format, reduced to data.
class Unpickler {
 public:
  explicit Unpickler(std::span<const std::byte> bytes) : bytes_(bytes) {}

  PickleObjects run() {
    while (step()) {
    }
    objects_.root = pop();
    objects_.size = position_;
    return std::move(objects_);
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw InputError("the pickle " + what); }

  std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size() - position_) fail("ends early; expected more bytes");
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  std::uint64_t take_unsigned(std::size_t count) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(count).data(), count);
    return value;
  }
  std::string take_text(std::size_t count) {
    const auto text = take(count);
    return {reinterpret_cast<const char*>(text.data()), text.size()};
  }
  std::string take_line() {
    std::string line;
    for (char c = 0; (c = static_cast<char>(take(1)[0])) != '\n';) line += c;
    return line;
  }

  std::size_t push(PickleValue value) {
    if (objects_.values.size() >= kObjectLimit) fail("holds a million objects; expected a model");
    objects_.values.push_back(std::move(value));
    stack_.push_back(objects_.values.size() - 1);
    return stack_.back();
  }
  void push_integer(std::int64_t value) { push({.kind = Kind::Integer, .integer = value}); }
  std::size_t pop() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) fail("takes from an empty stack; expected a PyTorch file");
    const std::size_t index = stack_.back();
    stack_.pop_back();
    return index;
  }
  std::size_t top() {
    const std::size_t index = pop();
    stack_.push_back(index);
    return index;
  }
  std::vector<std::size_t> pop_to_mark() {
    if (marks_.empty()) fail("has no mark to return to; expected a PyTorch file");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<std::size_t> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  void push_tuple(std::size_t count) {
    PickleValue tuple{.kind = Kind::Tuple};
    tuple.items.resize(count);
    for (std::size_t i = count; i-- > 0;) tuple.items[i] = pop();
    push(std::move(tuple));
  }
  void extend(Kind kind, const std::vector<std::size_t>& items) {
    PickleValue& target = objects_.values[top()];
    if (target.kind != kind || (kind == Kind::Dict && items.size() % 2 != 0)) {
      fail("fills something that is no container; expected a PyTorch file");
    }
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push_global(std::string name) {
    for (const std::string_view allowed : kAllowedGlobals) {
      if (name == allowed) {
        push({.kind = Kind::Global, .text = std::move(name)});
        return;
      }
    }
    fail("names \"" + name.substr(0, 80) + "\"; expected nothing but tensors");
  }

  void reduce() {
    const std::size_t arguments = pop();
    const std::size_t callee = pop();
    if (objects_.at(callee).kind != Kind::Global || objects_.at(arguments).kind != Kind::Tuple) {
      fail("calls something unknown; expected a tensor builder");
    }
    PickleValue result{.kind = Kind::Call,
                       .text = objects_.at(callee).text,
                       .items = objects_.at(arguments).items};
    if (result.text == "collections OrderedDict") {
      if (!result.items.empty()) fail("fills an OrderedDict at once; expected an empty one");
      result = {.kind = Kind::Dict};
    }
    push(std::move(result));
  }

  /// The state of an object: what an array of numpy holds. Attributes of a dictionary are not
  /// needed.
  void build() {
    const std::size_t state = pop();
    PickleValue& target = objects_.values[top()];
    if (target.kind == Kind::Call) target.items.push_back(state);
  }

  void put_in_memo(std::size_t slot) {
    if (slot >= kObjectLimit)
      fail("uses memo " + std::to_string(slot) + "; expected a smaller one");
    if (memo_.size() <= slot) memo_.resize(slot + 1, kEmpty);
    memo_[slot] = top();
  }
  void get_from_memo(std::size_t slot) {
    if (slot >= memo_.size() || memo_[slot] == kEmpty) {
      fail("reads memo " + std::to_string(slot) + "; expected one that was written");
    }
    stack_.push_back(memo_[slot]);
  }

  void take_long() {
    const auto size = static_cast<std::size_t>(take_unsigned(1));
    if (size > 8)
      fail("holds an integer of " + std::to_string(size) + " bytes; expected 8 or less");
    std::uint64_t value = take_unsigned(size);
    const bool is_negative = size > 0 && size < 8 && ((value >> (8 * size - 1)) & 1) != 0;
    if (is_negative) value |= ~std::uint64_t{0} << (8 * size);
    push_integer(static_cast<std::int64_t>(value));
  }

  /// One operation; false at STOP. Codes: Python's pickletools.py.
  bool step() {
    const auto code = static_cast<unsigned char>(take(1)[0]);
    switch (code) {
      case 0x80:
        take(1);
        break;  // PROTO
      case 0x95:
        take(8);
        break;  // FRAME
      case '.':
        return false;  // STOP
      case '(':
        marks_.push_back(stack_.size());
        break;
      case '}':
        push({.kind = Kind::Dict});
        break;
      case ']':
        push({.kind = Kind::List});
        break;
      case ')':
        push({.kind = Kind::Tuple});
        break;
      case 'N':
        push({.kind = Kind::None});
        break;
      case 0x88:
        push({.kind = Kind::Boolean, .integer = 1});
        break;
      case 0x89:
        push({.kind = Kind::Boolean, .integer = 0});
        break;
      case 'K':
        push_integer(static_cast<std::int64_t>(take_unsigned(1)));
        break;
      case 'M':
        push_integer(static_cast<std::int64_t>(take_unsigned(2)));
        break;
      case 'J':
        push_integer(static_cast<std::int32_t>(take_unsigned(4)));
        break;
      case 0x8a:
        take_long();
        break;
      case 'G':
        take(8);
        push({.kind = Kind::Float});
        break;  // no tensor depends on one
      case 'X':
        push({.kind = Kind::Text, .text = take_text(take_unsigned(4))});
        break;
      case 0x8c:
      case 'U':
      case 'C':
        push({.kind = Kind::Text, .text = take_text(take_unsigned(1))});
        break;
      case 'T':
      case 'B':
        push({.kind = Kind::Text, .text = take_text(take_unsigned(4))});
        break;
      case 0x8e:
        push({.kind = Kind::Text, .text = take_text(take_unsigned(8))});
        break;
      case 'q':
        put_in_memo(take_unsigned(1));
        break;
      case 'r':
        put_in_memo(take_unsigned(4));
        break;
      case 0x94:
        put_in_memo(memo_.size());
        break;
      case 'h':
        get_from_memo(take_unsigned(1));
        break;
      case 'j':
        get_from_memo(take_unsigned(4));
        break;
      case 'c': {
        const std::string module = take_line();
        push_global(module + " " + take_line());
        break;
      }
      case 0x93: {  // STACK_GLOBAL
        const std::size_t name = pop();
        const std::size_t module = pop();
        push_global(objects_.at(module).text + " " + objects_.at(name).text);
        break;
      }
      case 0x85:
        push_tuple(1);
        break;
      case 0x86:
        push_tuple(2);
        break;
      case 0x87:
        push_tuple(3);
        break;
      case 't': {
        std::vector<std::size_t> items = pop_to_mark();
        push({.kind = Kind::Tuple, .items = std::move(items)});
        break;
      }
      case 'e':
        extend(Kind::List, pop_to_mark());
        break;
      case 'u':
        extend(Kind::Dict, pop_to_mark());
        break;
      case 'a':
        extend(Kind::List, {pop()});
        break;
      case 's': {
        const std::size_t value = pop();
        const std::size_t key = pop();
        extend(Kind::Dict, {key, value});
        break;
      }
      case 'b':
        build();
        break;
      case 'R':
        reduce();
        break;
      case 'Q': {
        const std::size_t id = pop();
        push({.kind = Kind::Storage, .items = objects_.at(id).items});
        break;
      }
      default:
        fail("holds operation " + std::to_string(code) +
             "; expected what torch.save or numpy.save writes");
    }
    return true;
  }

  static constexpr std::size_t kEmpty = static_cast<std::size_t>(-1);
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  PickleObjects objects_;
  std::vector<std::size_t> stack_;
  std::vector<std::size_t> marks_;
  std::vector<std::size_t> memo_;
};

}  // namespace

PickleObjects read_pickle(std::span<const std::byte> bytes) { return Unpickler(bytes).run(); }

}  // namespace eyelid::model_files
