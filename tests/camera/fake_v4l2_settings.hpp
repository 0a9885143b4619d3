// SPDX-License-Identifier: MIT
#pragma once

#include <linux/videodev2.h>

#include <string>
#include <vector>

// What the test camera of fake_v4l2.cpp plays.
namespace eyelid::testing {

struct FakeFormat {
  unsigned fourcc;
  unsigned max_rate;  // at 640x480; twice as much at 320x240
};

struct FakeSettings {
  std::string path;
  std::vector<FakeFormat> formats = {{V4L2_PIX_FMT_GREY, 500}};
  long lose_every = 0;   // of all frames
  long error_every = 0;  // frames that come with the error flag
  long cut_every = 0;    // frames of which half the bytes come
  unsigned first_sequence = 0;
  long unplug_after = -1;  // frames
  bool is_stamped = true;
  bool has_crop = false;  // regions in steps of 8 pixels
  bool refuses_controls = false;
  bool is_busy = false;
  // A frame waits for a buffer, so that a test on a busy machine loses what it asked for and no
  // more.
  bool is_patient = true;
};

/// From the text of EYELID_FAKE_V4L2.
FakeSettings settings_from(const char* text);

/// The bytes of frame n.
std::vector<unsigned char> picture_bytes(unsigned fourcc,
                                         unsigned width,
                                         unsigned height,
                                         unsigned n);

}  // namespace eyelid::testing
