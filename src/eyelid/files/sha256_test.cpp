// SPDX-License-Identifier: MIT
#include "eyelid/files/sha256.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256_blocks.hpp"
#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

std::string hash(const std::string& text) { return sha256_hex(std::as_bytes(std::span(text))); }

// Expected values: FIPS 180-4 examples and `sha256sum` of GNU coreutils.
TEST(Sha256, MatchesPublishedVectors) {
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, MatchesAroundTheBlockBorder) {
  EXPECT_EQ(hash(std::string(55, 'a')),
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(hash(std::string(56, 'a')),
            "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(hash(std::string(64, 'a')),
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(Sha256, GivesTheSameInAnyPieces) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
  for (const std::size_t piece : {1u, 3u, 63u, 64u, 65u, 200u}) {
    Sha256 pieces;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      pieces.add(std::as_bytes(std::span(text).subspan(at, std::min(piece, text.size() - at))));
    }
    EXPECT_EQ(pieces.hex(), hash(text)) << piece;
  }
}

TEST(Sha256, IsTheSameByTheInstructionsOfTheProcessor) {
  std::mt19937 random(3);
  std::vector<std::byte> blocks(64 * 100);
  for (std::byte& one : blocks) one = static_cast<std::byte>(random());
  Sha256State plain{1, 2, 3, 4, 5, 6, 7, 0x80000000};
  Sha256State fast = plain;
  for (const std::size_t count : {1u, 2u, 100u, 0u}) {
    add_sha256_blocks_plainly(plain, blocks.data(), count);
    add_sha256_blocks(fast, blocks.data(), count);
    EXPECT_EQ(plain, fast) << count;
  }
}

TEST(Sha256, OfAFile) {
  const testing::TemporaryFolder folder;
  const std::string text((std::size_t{1} << 20) + 5, 'a');
  std::ofstream(folder / "a") << text;
  EXPECT_EQ(sha256_of_file(folder / "a"), hash(text));
  EXPECT_THROW(sha256_of_file(folder / "absent"), InputError);
  EXPECT_THROW(sha256_of_file(folder.path()), InputError);
}

}  // namespace
}  // namespace eyelid::files
