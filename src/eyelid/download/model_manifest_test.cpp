// SPDX-License-Identifier: MIT
#include "eyelid/download/model_manifest.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "eyelid/download/file_download.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::download {
namespace {

std::string manifest_of(const std::string& file,
                        const std::string& address,
                        const std::string& sha256 = std::string(64, 'a'),
                        const std::string& bytes = "10") {
  return R"({"models": [{"name": "m", "what": "w", "license": "MIT", "files": [{"file": ")" + file +
         R"(", "address": ")" + address + R"(", "bytes": )" + bytes + R"(, "sha256": ")" + sha256 +
         R"("}]}]})";
}

TEST(ModelManifest, ReadsWhatItHolds) {
  const auto models = parse_manifest(manifest_of("sub/a-1.pt", "https://x.org/a.pt?b=1"), "test");
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0].name, "m");
  EXPECT_EQ(models[0].files.at(0).file, "sub/a-1.pt");
  EXPECT_EQ(models[0].files[0].bytes, 10u);
}

TEST(ModelManifest, NoNameLeavesTheFolder) {
  for (const char* file : {"../a",
                           "/etc/passwd",
                           "a/../b",
                           "",
                           ".hidden",
                           "a/.b",
                           "a//b",
                           "a/b/c",
                           "a/",
                           "a b",
                           "a\\\\b"}) {
    EXPECT_THROW(parse_manifest(manifest_of(file, "https://x.org/a"), "test"), InputError) << file;
  }
}

TEST(ModelManifest, AddressesAreSecureOrHere) {
  for (const char* address : {"http://x.org/a",
                              "ftp://x.org/a",
                              "file:///etc/passwd",
                              "",
                              "http://127.0.0.1.x.org/a",
                              "http://localhost.x.org/a"}) {
    EXPECT_THROW(parse_manifest(manifest_of("a", address), "test"), InputError) << address;
  }
  EXPECT_NO_THROW(parse_manifest(manifest_of("a", "http://127.0.0.1:8000/a"), "test"));
}

TEST(ModelManifest, RefusesWhatIsNoneInOneSentence) {
  const std::string good = manifest_of("a", "https://x.org/a");
  for (const std::string& text :
       {std::string(),
        std::string("[]"),
        std::string("{}"),
        std::string(R"({"models": []})"),
        std::string(R"({"models": [5]})"),
        good.substr(0, good.size() - 3),
        manifest_of("a", "https://x.org/a", "abc"),
        manifest_of("a", "https://x.org/a", std::string(64, 'A')),
        manifest_of("a", "https://x.org/a", std::string(64, 'a'), "0"),
        manifest_of("a", "https://x.org/a", std::string(64, 'a'), "-5"),
        manifest_of("a", "https://x.org/a", std::string(64, 'a'), "99999999999999")}) {
    EXPECT_THROW(parse_manifest(text, "test"), InputError) << text;
  }
  EXPECT_THROW(read_manifest("/nowhere/list.json"), InputError);
}

TEST(ModelManifest, TheOneInsideIsWhole) {
  const auto models = embedded_manifest();
  EXPECT_GE(models.size(), 5u);
  for (const ManifestModel& model : models) {
    for (const ManifestFile& file : model.files) {
      EXPECT_TRUE(file.address.starts_with("https://")) << file.address;
      EXPECT_FALSE(file.checked.empty()) << file.file;
    }
  }
}

TEST(ModelManifest, PinsTheFilesAtHand) {
  EYELID_SHARED_OR_SKIP(folder, "models");
  for (const ManifestModel& model : embedded_manifest()) {
    for (ManifestFile file : model.files) {
      file.file = std::filesystem::path(file.file).filename();
      EXPECT_TRUE(is_downloaded(file, folder)) << file.file;
    }
  }
}

}  // namespace
}  // namespace eyelid::download
