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
  static int write(void* self, std::uint8_t* bytes, int count) {
    auto& output = *static_cast<FilmOutput*>(self);
    try {
      output.file_.write(std::span<const std::uint8_t>(bytes, static_cast<std::size_t>(count)));
      return count;
    } catch (...) {
      if (!output.error_) output.error_ = std::current_exception();
      return AVERROR(EIO);
    }
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    files::AtomicFile& file = static_cast<FilmOutput*>(self)->file_;
    if ((whence & AVSEEK_SIZE) != 0) return file.size();
    std::int64_t position = offset;
    if (whence == SEEK_CUR) position += file.position();
    if (whence == SEEK_END) position += file.size();
    if (position < 0) return AVERROR(EINVAL);
    file.seek(position);
    return position;
  }
};

void FilmOutput::FreeContext::operator()(AVIOContext* context) const {
  av_freep(&context->buffer);
  avio_context_free(&context);
}

FilmOutput::FilmOutput(const std::filesystem::path& path) : file_(path) {
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

void FilmOutput::commit() { file_.commit(); }

}  // namespace eyelid::films
