// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"
#include "eyelid/files/input_file.hpp"

namespace eyelid::evaluation {

/// One format each, for read_annotated_pictures(): adds pictures and problems to a set.
void read_wider(const std::filesystem::path& folder, AnnotatedPictures& set);
void read_fddb(const std::filesystem::path& folder, AnnotatedPictures& set);
void read_300w_lp(const std::filesystem::path& folder, AnnotatedPictures& set);
void read_json_lines(const std::filesystem::path& file, AnnotatedPictures& set);
void read_aflw(const std::filesystem::path& file_or_folder, AnnotatedPictures& set);
void read_bioid(const std::filesystem::path& folder, AnnotatedPictures& set);
void read_dlib_xml(const std::filesystem::path& file, AnnotatedPictures& set);

/// Points of a whole face, in iBUG's order.
inline constexpr std::size_t kIbugPoints = 68;

/// An annotation names a picture that is not there.
class MissingPicture : public InputError {
 public:
  using InputError::InputError;
};

/// Runs `read` for one entry of `set` (AnnotatedPictures, LandmarkDataset). What it throws becomes
/// a problem that begins with `place`: a damaged entry never ends the reading, a failing disk does.
template <class Set, class Read>
void read_entry(Set& set, const std::string& place, Read&& read) {
  try {
    read();
  } catch (const files::ReadError&) {
    throw;
  } catch (const InputError& error) {
    if (dynamic_cast<const MissingPicture*>(&error) != nullptr) ++set.missing_pictures;
    set.problems.push_back(place + error.what());
  }
}

/// Throws InputError, with the first problem, when `count` is 0. `what`: "usable picture".
void expect_some(std::size_t count,
                 const char* what,
                 const std::string& name,
                 const std::vector<std::string>& problems);

/// Throws MissingPicture unless the file is there.
void expect_picture(const std::filesystem::path& picture);

/// The first of these that is a file.
std::optional<std::filesystem::path> first_file(
    std::initializer_list<std::filesystem::path> places);

/// Files of a folder and its sub-folders that end so (in any case), sorted. Throws InputError when
/// the folder cannot be read, naming what was `expected`.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::string& extension,
                                               const std::string& expected);

/// The picture of the same name beside an annotation, whatever its extension. Throws
/// MissingPicture.
std::filesystem::path picture_beside(const std::filesystem::path& annotation);

/// Sets of one file of points per picture, the picture beside it: one face each, which is all that
/// is known of a picture.
void read_points_beside_pictures(
    const std::vector<std::filesystem::path>& files,
    const std::function<std::vector<Point>(const std::filesystem::path&)>& points_of,
    const std::function<std::string(const std::filesystem::path&)>& scene_of,
    AnnotatedPictures& set);

/// Whether a coordinate can be one in a picture: finite and within +-100000.
bool is_coordinate(double value);
/// A coordinate written as a word.
std::optional<float> number_of(const std::string& word);
/// All words of a line as coordinates. Throws InputError, beginning with `place`, for any other.
std::vector<float> numbers_of(const std::string& line, const std::string& place);

/// A box on pixel edges. Throws InputError unless width and height are positive.
Rect box_with_extent(float x, float y, float width, float height);

/// Lines of a text file that hold anything, counted for messages.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file);

  /// Without white space at its end; false at the end of the file.
  bool next(std::string& line);
  /// "<file>:<number of the last line>"
  std::string place() const;

 private:
  std::string name_;
  files::InputLines lines_;
};

/// The lists of FDDB and WIDER FACE: the name of a picture, its number of faces, a line for each.
struct CountedList {
  std::filesystem::path file;
  int min_lines = 0;  // per picture, whatever its number of faces
  std::function<std::filesystem::path(const std::string& name)> picture_of;
  /// Throws InputError, beginning with `place`, for a damaged line.
  std::function<void(const std::string& line, const std::string& place, AnnotatedPicture&)>
      add_face;
};
/// Adds the pictures of a list; where it is damaged, the rest is skipped and named.
void read_counted_list(const CountedList& list, AnnotatedPictures& set);

}  // namespace eyelid::evaluation
