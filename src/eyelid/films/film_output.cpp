// SPDX-License-Identifier: MIT
#include "eyelid/films/film_output.hpp"

extern "C" {
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <new>
#include <span>

namespace eyelid::films {
namespace {

constexpr int kBuffer_bytes = 1 << 16;

}  // namespace

struct FilmOutput::Callbacks {
  template <class Use>
  static std::int64_t with_file(void* self, Use use) {
    auto& file = static_cast<FilmOutput*>(self)->file_;
    if (auto* growing = std::get_if<files::GrowingFile>(&file)) return use(*growing);
    return use(std::get<files::AtomicFile>(file));
  }

  // FFmpeg 7 promises not to change what it hands over.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  using Bytes = const std::uint8_t*;
#else
  using Bytes = std::uint8_t*;
#endif
  static int write(void* self, Bytes bytes, int count) {
    auto& output = *static_cast<FilmOutput*>(self);
    try {
      return static_cast<int>(with_file(self, [&](auto& file) {
        file.write(std::span<const std::uint8_t>(bytes, static_cast<std::size_t>(count)));
        return count;
      }));
    } catch (...) {
      if (!output.error_) output.error_ = std::current_exception();
      return AVERROR(EIO);
    }
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    return with_file(self, [&](auto& file) -> std::int64_t {
      if ((whence & AVSEEK_SIZE) != 0) return file.size();
      std::int64_t position = offset;
      if (whence == SEEK_CUR) position += file.position();
      if (whence == SEEK_END) position += file.size();
      if (position < 0) return AVERROR(EINVAL);
      file.seek(position);
      return position;
    });
  }
};

void FilmOutput::FreeContext::operator()(AVIOContext* context) const {
  av_freep(&context->buffer);
  avio_context_free(&context);
}

FilmOutput::FilmOutput(const std::filesystem::path& path, FilmName name) : path_(path) {
  if (name == FilmName::AtOnce) {
    file_.emplace<files::GrowingFile>(path);
  } else {
    file_.emplace<files::AtomicFile>(path);
  }
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer_bytes));
  if (buffer == nullptr) throw std::bad_alloc();
  context_.reset(avio_alloc_context(
      buffer, kBuffer_bytes, 1, this, nullptr, &Callbacks::write, &Callbacks::seek));
  if (!context_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
}

FilmOutput::~FilmOutput() = default;

void FilmOutput::commit() {
  if (auto* file = std::get_if<files::AtomicFile>(&file_)) file->commit();
}

}  // namespace eyelid::films
