// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"

namespace eyelid::evaluation {

/// One format each; see read_annotated_pictures().
AnnotatedPictures read_wider(const std::filesystem::path& folder);
AnnotatedPictures read_fddb(const std::filesystem::path& folder);
AnnotatedPictures read_300w_lp(const std::filesystem::path& folder);
AnnotatedPictures read_json_lines(const std::filesystem::path& file);
AnnotatedPictures read_aflw(const std::filesystem::path& file_or_folder);
AnnotatedPictures read_bioid(const std::filesystem::path& folder);
AnnotatedPictures read_dlib_xml(const std::filesystem::path& file);

/// Points of a whole face, in iBUG's order.
inline constexpr std::size_t kIbugPoints = 68;

/// An annotation names a picture that is not there.
class MissingPicture : public InputError {
 public:
  using InputError::InputError;
};

/// Files of a folder and its sub-folders that end so (in any case), sorted. Throws InputError when
/// the folder cannot be read, naming what was `expected`.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::string& extension,
                                               const std::string& expected);

/// The picture of the same name beside an annotation, whatever its extension.
std::optional<std::filesystem::path> picture_beside(const std::filesystem::path& annotation);

/// The first folder/subfolder/name that is a file; "" stands for the folder itself.
std::optional<std::filesystem::path> picture_in(const std::filesystem::path& folder,
                                                std::initializer_list<const char*> subfolders,
                                                const std::string& name);

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
