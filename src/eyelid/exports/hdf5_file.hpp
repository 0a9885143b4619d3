// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace eyelid::exports {

/// What a dataset holds.
enum class Number { Double, Float, Byte };

/// A new HDF5 file, using libhdf5's C interface. Without close() it is not whole: it belongs in the
/// private folder of a files::RunFolder.
///
/// Paths are absolute ("/general/subject"); intermediate groups are created. Strings are UTF-8 of
/// variable length, as pynwb and h5py write them. No timestamps are stored: the same calls give the
/// same bytes.
/// Threads: one at a time in the whole program (Debian's libhdf5 is not thread-safe).
/// Errors: InputError naming the file and what failed, also when the file is there already.
class Hdf5File {
 public:
  explicit Hdf5File(std::filesystem::path path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  void group(const std::string& path);
  void text(const std::string& path, const std::string& value);
  /// Empty `shape`: one dimension.
  void texts(const std::string& path,
             const std::vector<std::string>& values,
             const std::vector<std::size_t>& shape = {});
  /// As many values as the product of `shape`, row-major.
  void numbers(const std::string& path,
               std::span<const double> values,
               const std::vector<std::size_t>& shape);
  void numbers(const std::string& path,
               std::span<const float> values,
               const std::vector<std::size_t>& shape);
  void numbers(const std::string& path,
               std::span<const std::int64_t> values,
               const std::vector<std::size_t>& shape);
  void numbers(const std::string& path,
               std::span<const std::uint8_t> values,
               const std::vector<std::size_t>& shape);
  void number(const std::string& path, double value);  // scalar

  /// A dataset that part() fills.
  void reserve(const std::string& path, Number type, const std::vector<std::size_t>& shape);
  /// Part of it: as many values as the product of `count`, row-major, from `start` on.
  void part(const std::string& path,
            Number type,
            const void* values,
            const std::vector<std::size_t>& start,
            const std::vector<std::size_t>& count);

  void attribute(const std::string& path, const std::string& name, const std::string& value);
  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::int64_t value);
  void attribute(const std::string& path,
                 const std::string& name,
                 const std::vector<std::string>& values);
  void attribute(const std::string& path,
                 const std::string& name,
                 const std::vector<std::int64_t>& values);
  /// Attribute that refers to another object.
  void reference(const std::string& path, const std::string& name, const std::string& target);
  void soft_link(const std::string& path, const std::string& target);

  /// Everything is written. Call once, last.
  void close();

 private:
  void numeric(const std::string& path,
               std::int64_t type,
               const void* values,
               const std::vector<std::size_t>& shape);
  std::int64_t made(std::int64_t handle, const std::string& what) const;
  void checked(int status, const std::string& what) const;

  std::filesystem::path path_;
  std::int64_t file_ = -1;
  std::int64_t text_type_ = -1;
  std::int64_t links_ = -1;    // properties: create intermediate groups, UTF-8 names
  std::int64_t objects_ = -1;  // properties of datasets: no timestamps
};

}  // namespace eyelid::exports
