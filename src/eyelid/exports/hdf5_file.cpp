// SPDX-License-Identifier: MIT
#include "eyelid/exports/hdf5_file.hpp"

#include <hdf5.h>

#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"

namespace eyelid::exports {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

// Owns a handle of any kind.
class Handle {
 public:
  explicit Handle(hid_t id) : id_(id) {}
  ~Handle() { close(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t get() const { return id_; }

  // Negative on failure. A dataset's last bytes are written only here: whoever writes must look.
  herr_t close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    switch (H5Iget_type(id)) {
      case H5I_GROUP:
        return H5Gclose(id);
      case H5I_DATASET:
        return H5Dclose(id);
      case H5I_DATASPACE:
        return H5Sclose(id);
      case H5I_ATTR:
        return H5Aclose(id);
      case H5I_GENPROP_LST:
        return H5Pclose(id);
      default:
        return 0;
    }
  }

 private:
  hid_t id_;
};

std::vector<hsize_t> sizes_of(const std::vector<std::size_t>& shape) {
  return {shape.begin(), shape.end()};
}

hid_t native_type(Number type) {
  switch (type) {
    case Number::Float:
      return H5T_NATIVE_FLOAT;
    case Number::Byte:
      return H5T_NATIVE_UINT8;
    case Number::Double:
      break;
  }
  return H5T_NATIVE_DOUBLE;
}

hid_t space_of(const std::vector<std::size_t>& shape) {
  const std::vector<hsize_t> sizes = sizes_of(shape);
  return H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
}

}  // namespace

Hdf5File::Hdf5File(std::filesystem::path path) : path_(std::move(path)) {
  // A file that cannot be closed (full disk) leaves the library in a state in which its own
  // cleaning up at exit crashes.
  H5dont_atexit();
  // Errors are reported by return values; the library would also print its stack.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle creation(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_obj_track_times(creation.get(), false);
  file_ = made(H5Fcreate(path_.c_str(), H5F_ACC_EXCL, creation.get(), H5P_DEFAULT), "creating");
  text_type_ = made(H5Tcopy(H5T_C_S1), "text type");
  H5Tset_size(text_type_, H5T_VARIABLE);
  H5Tset_cset(text_type_, H5T_CSET_UTF8);
  links_ = made(H5Pcreate(H5P_LINK_CREATE), "link properties");
  H5Pset_create_intermediate_group(links_, 1);
  H5Pset_char_encoding(links_, H5T_CSET_UTF8);
  objects_ = made(H5Pcreate(H5P_DATASET_CREATE), "dataset properties");
  H5Pset_obj_track_times(objects_, false);
}

Hdf5File::~Hdf5File() {
  if (objects_ >= 0) H5Pclose(objects_);
  if (links_ >= 0) H5Pclose(links_);
  if (text_type_ >= 0) H5Tclose(text_type_);
  if (file_ >= 0) H5Fclose(file_);
}

std::int64_t Hdf5File::made(std::int64_t handle, const std::string& what) const {
  if (handle < 0) {
    throw InputError(files::shown_path(path_).string() + ": " + what +
                     " failed, expected a writable folder with free space");
  }
  return handle;
}

void Hdf5File::checked(int status, const std::string& what) const { made(status, what); }

void Hdf5File::group(const std::string& path) {
  if (H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0) return;
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(creation.get(), false);
  Handle handle(made(H5Gcreate2(file_, path.c_str(), links_, creation.get(), H5P_DEFAULT), path));
  checked(handle.close(), path);
}

void Hdf5File::text(const std::string& path, const std::string& value) {
  const Handle space(made(H5Screate(H5S_SCALAR), path));
  Handle data(
      made(H5Dcreate2(file_, path.c_str(), text_type_, space.get(), links_, objects_, H5P_DEFAULT),
           path));
  const char* pointer = value.c_str();
  checked(H5Dwrite(data.get(), text_type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, &pointer), path);
  checked(data.close(), path);
}

void Hdf5File::texts(const std::string& path,
                     const std::vector<std::string>& values,
                     const std::vector<std::size_t>& shape) {
  const Handle space(
      made(space_of(shape.empty() ? std::vector<std::size_t>{values.size()} : shape), path));
  Handle data(
      made(H5Dcreate2(file_, path.c_str(), text_type_, space.get(), links_, objects_, H5P_DEFAULT),
           path));
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(value.c_str());
  checked(H5Dwrite(data.get(), text_type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), path);
  checked(data.close(), path);
}

void Hdf5File::numeric(const std::string& path,
                       std::int64_t type,
                       const void* values,
                       const std::vector<std::size_t>& shape) {
  const Handle space(made(space_of(shape), path));
  Handle data(made(
      H5Dcreate2(file_, path.c_str(), type, space.get(), links_, objects_, H5P_DEFAULT), path));
  checked(H5Dwrite(data.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
  checked(data.close(), path);
}

void Hdf5File::numbers(const std::string& path,
                       std::span<const double> values,
                       const std::vector<std::size_t>& shape) {
  numeric(path, H5T_NATIVE_DOUBLE, values.data(), shape);
}
void Hdf5File::numbers(const std::string& path,
                       std::span<const float> values,
                       const std::vector<std::size_t>& shape) {
  numeric(path, H5T_NATIVE_FLOAT, values.data(), shape);
}
void Hdf5File::numbers(const std::string& path,
                       std::span<const std::int64_t> values,
                       const std::vector<std::size_t>& shape) {
  numeric(path, H5T_NATIVE_INT64, values.data(), shape);
}
void Hdf5File::numbers(const std::string& path,
                       std::span<const std::uint8_t> values,
                       const std::vector<std::size_t>& shape) {
  numeric(path, H5T_NATIVE_UINT8, values.data(), shape);
}

void Hdf5File::reserve(const std::string& path,
                       Number type,
                       const std::vector<std::size_t>& shape) {
  const Handle space(made(space_of(shape), path));
  Handle data(
      made(H5Dcreate2(
               file_, path.c_str(), native_type(type), space.get(), links_, objects_, H5P_DEFAULT),
           path));
  checked(data.close(), path);
}

void Hdf5File::part(const std::string& path,
                    Number type,
                    const void* values,
                    const std::vector<std::size_t>& start,
                    const std::vector<std::size_t>& count) {
  Handle data(made(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), path));
  const Handle place(made(H5Dget_space(data.get()), path));
  const Handle memory(made(space_of(count), path));
  checked(H5Sselect_hyperslab(place.get(),
                              H5S_SELECT_SET,
                              sizes_of(start).data(),
                              nullptr,
                              sizes_of(count).data(),
                              nullptr),
          path);
  checked(H5Dwrite(data.get(), native_type(type), memory.get(), place.get(), H5P_DEFAULT, values),
          path);
  checked(data.close(), path);
}

void Hdf5File::number(const std::string& path, double value) {
  const Handle space(made(H5Screate(H5S_SCALAR), path));
  Handle data(
      made(H5Dcreate2(
               file_, path.c_str(), H5T_NATIVE_DOUBLE, space.get(), links_, objects_, H5P_DEFAULT),
           path));
  checked(H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), path);
  checked(data.close(), path);
}

namespace {

// Writes one attribute of `object`; false on failure.
bool write_attribute(hid_t file,
                     const std::string& path,
                     const std::string& name,
                     hid_t type,
                     hid_t space_id,
                     const void* value) {
  const Handle space(space_id);
  Handle attribute(H5Acreate_by_name(
      file, path.c_str(), name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  return attribute.get() >= 0 && H5Awrite(attribute.get(), type, value) >= 0 &&
         attribute.close() >= 0;
}

}  // namespace

void Hdf5File::attribute(const std::string& path,
                         const std::string& name,
                         const std::string& value) {
  const char* pointer = value.c_str();
  checked(write_attribute(file_, path, name, text_type_, H5Screate(H5S_SCALAR), &pointer) ? 0 : -1,
          path + "@" + name);
}

void Hdf5File::attribute(const std::string& path, const std::string& name, double value) {
  checked(
      write_attribute(file_, path, name, H5T_NATIVE_DOUBLE, H5Screate(H5S_SCALAR), &value) ? 0 : -1,
      path + "@" + name);
}

void Hdf5File::attribute(const std::string& path, const std::string& name, std::int64_t value) {
  checked(
      write_attribute(file_, path, name, H5T_NATIVE_INT64, H5Screate(H5S_SCALAR), &value) ? 0 : -1,
      path + "@" + name);
}

void Hdf5File::attribute(const std::string& path,
                         const std::string& name,
                         const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(value.c_str());
  checked(write_attribute(file_, path, name, text_type_, space_of({values.size()}), pointers.data())
              ? 0
              : -1,
          path + "@" + name);
}

void Hdf5File::attribute(const std::string& path,
                         const std::string& name,
                         const std::vector<std::int64_t>& values) {
  checked(
      write_attribute(file_, path, name, H5T_NATIVE_INT64, space_of({values.size()}), values.data())
          ? 0
          : -1,
      path + "@" + name);
}

void Hdf5File::reference(const std::string& path,
                         const std::string& name,
                         const std::string& target) {
  hobj_ref_t value = 0;
  checked(H5Rcreate(&value, file_, target.c_str(), H5R_OBJECT, -1), target);
  checked(
      write_attribute(file_, path, name, H5T_STD_REF_OBJ, H5Screate(H5S_SCALAR), &value) ? 0 : -1,
      path + "@" + name);
}

void Hdf5File::soft_link(const std::string& path, const std::string& target) {
  checked(H5Lcreate_soft(target.c_str(), file_, path.c_str(), links_, H5P_DEFAULT), path);
}

void Hdf5File::close() {
  EYELID_EXPECTS(file_ >= 0);
  checked(H5Fflush(file_, H5F_SCOPE_GLOBAL), "writing");
  checked(H5Fclose(std::exchange(file_, -1)), "closing");
}

}  // namespace eyelid::exports
