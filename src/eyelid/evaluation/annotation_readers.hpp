// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/evaluation/annotated_pictures.hpp"

namespace eyelid::evaluation {

/// One format each; see read_annotated_pictures().
AnnotatedPictures read_wider(const std::filesystem::path& folder);
AnnotatedPictures read_fddb(const std::filesystem::path& folder);
AnnotatedPictures read_300w_lp(const std::filesystem::path& folder);
AnnotatedPictures read_json_lines(const std::filesystem::path& file);

/// A number that can be a place in a picture: finite and within +-100000.
std::optional<float> number_of(const std::string& word);

/// All words of a line as such numbers. Throws InputError, beginning with `place`, for any other.
std::vector<float> numbers_of(const std::string& line, const std::string& place);

/// Throws InputError when not one picture is usable, with the first problem.
void expect_some_picture(const AnnotatedPictures& set);

/// Lines of a text file that hold anything, counted for messages.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file);

  /// Without white space at its end; false at the end of the file.
  bool next(std::string& line);
  /// A line with a number of faces. Throws InputError; `place`: of the picture they belong to.
  int next_count(const std::string& place);
  /// "<file>:<number of the last line>"
  std::string place() const;

 private:
  std::string name_;
  std::ifstream stream_;
  int number_ = 0;
};

}  // namespace eyelid::evaluation
