// SPDX-License-Identifier: MIT
#include <map>
#include <optional>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/deeplabcut_hdf5.hpp"

namespace eyelid::imports {
namespace {

using Tuples = std::vector<std::vector<std::string>>;

class TupleReader {
 public:
  explicit TupleReader(std::string_view pickle) : rest_(pickle) {}

  Tuples read() {
    while (step()) {
    }
    return std::move(tuples_);
  }

 private:
  /// Text, or nothing for another object.
  using Object = std::optional<std::string>;

  [[noreturn]] static void fail(const std::string& what) {
    throw InputError("the pickle of its columns " + what);
  }

  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) fail("ends too early");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::vector<Object> pop_to_mark() {
    if (marks_.empty()) fail("lacks a mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Object> objects(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return objects;
  }

  // Objects below a mark belong to what is being built.
  Object& top() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
      fail("lacks an object");
    }
    return stack_.back();
  }

  void make_tuple() {
    std::vector<std::string> texts;
    const std::vector<Object> objects = pop_to_mark();
    for (const Object& object : objects) {
      if (object) texts.push_back(*object);
    }
    if (!texts.empty() && texts.size() == objects.size()) tuples_.push_back(std::move(texts));
    stack_.emplace_back();
  }

  // Codes: Python's pickletools.py.
  bool step() {
    if (rest_.empty()) fail("ends too early");
    const char code = rest_.front();
    rest_.remove_prefix(1);
    switch (code) {
      case '.':
        return false;
      case '(':
        marks_.push_back(stack_.size());
        break;
      case 'l':
        pop_to_mark();
        stack_.emplace_back();
        break;
      case 't':
        make_tuple();
        break;
      case 'a':
        top();
        stack_.pop_back();
        break;
      case 'V':
        stack_.emplace_back(std::string(line()));
        break;
      case 'S': {
        std::string_view text = line();
        if (text.size() < 2) fail("has text without quotation marks");
        stack_.emplace_back(std::string(text.substr(1, text.size() - 2)));
        break;
      }
      case 'I':
      case 'L':
      case 'F':
        line();
        stack_.emplace_back();
        break;
      case 'N':
        stack_.emplace_back();
        break;
      case 'p':
        memo_[std::string(line())] = top();
        break;
      case 'g': {
        const auto found = memo_.find(std::string(line()));
        if (found == memo_.end()) fail("reads what it has not written");
        stack_.push_back(found->second);
        break;
      }
      default:
        fail("has operation " + std::to_string(static_cast<unsigned char>(code)) +
             ", expected lists and tuples of text");
    }
    return true;
  }

  std::string_view rest_;
  std::vector<Object> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::string, Object> memo_;
  Tuples tuples_;
};

}  // namespace

std::vector<std::vector<std::string>> tuples_in_pickle(std::string_view pickle) {
  return TupleReader(pickle).read();
}

}  // namespace eyelid::imports
