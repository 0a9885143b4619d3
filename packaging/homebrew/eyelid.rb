# Never run, and eyelid has never been built on macOS: `brew install --build-from-source ./eyelid.rb` is where to begin.
class Eyelid < Formula
  desc "Eyelid closure in every frame of a video"
  homepage "https://localhost/" # no public address yet
  url "https://localhost/eyelid-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license all_of: ["MIT", "BSD-3-Clause", "BSL-1.0", "Apache-2.0"]

  depends_on "cli11" => :build
  depends_on "cmake" => :build
  depends_on "flatbuffers" => :build
  depends_on "ninja" => :build
  depends_on "nlohmann-json" => :build
  depends_on "pkgconf" => :build
  depends_on "aravis"
  depends_on "cpp-httplib"
  depends_on "dlib"
  depends_on "ffmpeg"
  depends_on "fmt"
  depends_on "hdf5"
  depends_on "jpeg-turbo"
  depends_on "libdeflate"
  depends_on "libmatio"
  depends_on "libtiff"
  depends_on "libzip"
  depends_on "pugixml"
  depends_on "tbb"

  uses_from_macos "curl"
  uses_from_macos "sqlite"

  # Debian's node-d3 has this file; Homebrew has no such package.
  resource "d3" do
    url "https://localhost/d3.min.js" # D3 5.16.0
    sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  end

  def install
    resource("d3").stage buildpath/"d3"
    args = ["-DEYELID_TESTS=OFF", "-DEYELID_TRAINING=OFF", "-DEYELID_PYTHON=OFF", "-DEYELID_D3=#{buildpath}/d3/d3.min.js"]
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", *args, *std_cmake_args
    system "cmake", "--build", "build", "--target", "eyelid", "eyelid_reference"
    system "cmake", "--install", "build", "--component", "program"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/eyelid --version")
    system bin/"eyelid", "demo", "--out", "demo", "--seconds", "2"
    assert_path_exists testpath/"demo/report.html"
  end
end
