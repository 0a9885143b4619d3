// SPDX-License-Identifier: MIT
#include "eyelid/camera/film_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::camera {
namespace {

namespace fs = std::filesystem;

void expect_size(const fs::path& film, const video::Frame& frame, int width, int height) {
  if (frame.image.width() == width && frame.image.height() == height) return;
  throw InputError(fmt::format("{}: picture {} has {}x{} pixels, expected {}x{} as the first",
                               film.string(),
                               frame.index,
                               frame.image.width(),
                               frame.image.height(),
                               width,
                               height));
}

// A film too long for memory: a thread keeps as many pictures ready as fit.
class PicturesDecodedAhead final : public PictureLoop {
 public:
  PicturesDecodedAhead(fs::path film,
                       std::unique_ptr<video::FrameSource> source,
                       std::vector<GrayImage> decoded)
      : film_(std::move(film)),
        source_(std::move(source)),
        width_(decoded.front().width()),
        height_(decoded.front().height()),
        capacity_(decoded.size()) {
    for (GrayImage& image : decoded) ready_.push_back(std::move(image));
    used_.reserve(capacity_ + 2);
    thread_ = std::thread([this] { run(); });
  }

  ~PicturesDecodedAhead() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    has_room_.notify_all();
    thread_.join();
  }

  int width() const override { return width_; }
  int height() const override { return height_; }

  Picture picture(std::uint64_t number) override {
    std::unique_lock lock(mutex_);
    const bool came_late = ready_.empty();
    has_picture_.wait(lock, [this] { return !ready_.empty() || error_; });
    if (ready_.empty()) std::rethrow_exception(error_);
    // Frames lost in between are passed over as far as they are decoded. Waiting for those that are
    // not would leave a slow decoder behind for good.
    while (next_number_ < number && ready_.size() > 1) discard_first();
    if (!shown_.is_empty()) used_.push_back(std::move(shown_));
    shown_ = std::move(ready_.front());
    ready_.pop_front();
    next_number_ = number + 1;
    lock.unlock();
    has_room_.notify_one();
    return {shown_.view(), came_late};
  }

 private:
  void discard_first() {
    used_.push_back(std::move(ready_.front()));
    ready_.pop_front();
    ++next_number_;
  }

  void run() {
    try {
      video::Frame frame;
      while (wait_for_room(frame)) {
        while (!source_->next(frame)) source_ = video::open_source({film_});
        expect_size(film_, frame, width_, height_);
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(frame.image));
        has_picture_.notify_one();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
      has_picture_.notify_one();
    }
  }

  // Gives `frame` a used image to decode into; false when the loop is no longer wanted.
  bool wait_for_room(video::Frame& frame) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return ready_.size() < capacity_ || is_stopped_; });
    if (!used_.empty()) {
      frame.image = std::move(used_.back());
      used_.pop_back();
    }
    return !is_stopped_;
  }

  fs::path film_;
  std::unique_ptr<video::FrameSource> source_;  // of the thread
  int width_;
  int height_;
  std::size_t capacity_;
  GrayImage shown_;
  std::uint64_t next_number_ = 0;  // of the first in ready_

  std::mutex mutex_;
  std::condition_variable has_picture_;
  std::condition_variable has_room_;
  std::deque<GrayImage> ready_;
  std::vector<GrayImage> used_;
  std::exception_ptr error_;
  bool is_stopped_ = false;

  std::thread thread_;  // last: starts once all of the above exists
};

}  // namespace

FilmLoop open_film_loop(const fs::path& film, std::int64_t memory_bytes) {
  std::unique_ptr<video::FrameSource> source = video::open_source({film});
  FilmLoop loop;
  if (source->info().clock != "assumed rate") {
    loop.frames_per_second = source->info().frames_per_second;
  }
  loop.pixel_format = source->info().pixel_format;

  std::vector<GrayImage> pictures;
  std::int64_t bytes = 0;
  video::Frame frame;
  while (bytes < memory_bytes && source->next(frame)) {
    files::throw_if_interrupted();
    if (!pictures.empty()) {
      expect_size(film, frame, pictures.front().width(), pictures.front().height());
    }
    bytes += static_cast<std::int64_t>(frame.image.stride()) * frame.image.height();
    pictures.push_back(std::move(frame.image));
  }
  if (bytes < memory_bytes) {
    loop.pictures = std::make_unique<PicturesInMemory>(std::move(pictures));
  } else {
    loop.pictures =
        std::make_unique<PicturesDecodedAhead>(film, std::move(source), std::move(pictures));
  }
  return loop;
}

}  // namespace eyelid::camera
