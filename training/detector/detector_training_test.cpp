// SPDX-License-Identifier: MIT
#include "training/detector/detector_training.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/optim/adamw.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "training/detector/checkpoint.hpp"
#include "training/detector/loss_curve.hpp"
#include "training/detector/rendered_faces_testing.hpp"
#include "training/detector/sample_loader.hpp"

namespace eyelid::training {
namespace {

namespace fs = std::filesystem;

/// The first `count` samples of another source, again and again.
class Handful : public SampleSource {
 public:
  Handful(std::shared_ptr<const SampleSource> source, std::uint64_t count)
      : source_(std::move(source)), count_(count) {}
  void make(std::uint64_t index, TrainingSample& sample) const override {
    source_->make(index % count_, sample);
  }

 private:
  std::shared_ptr<const SampleSource> source_;
  std::uint64_t count_;
};

class DetectorTraining : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / (std::string("eyelid_training_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  DetectorTrainingOptions options(const std::string& name) const {
    DetectorTrainingOptions options;
    options.folder = folder_ / name;
    options.batch_size = 6;
    options.samples = 60;
    options.steps_per_row = 2;
    options.held_out_samples = 0;
    options.optimizer.warm_up_steps = 4;
    return options;
  }

  fs::path folder_;
};

TEST_F(DetectorTraining, FindsAHandfulOfRenderedFacesAfterwards) {
  auto faces = std::make_shared<RenderedFaces>(7, 8);
  DetectorData data;
  data.source = std::make_shared<Handful>(faces, 32);
  data.evaluate = evaluation_on_samples(data.source, 32);
  data.description = "8 drawn portraits";
  DetectorTrainingOptions run = options("run");
  run.batch_size = 16;
  run.samples = 16 * 180;
  run.steps_per_row = 10;
  run.held_out_samples = 16 * 10;
  run.optimizer.warm_up_steps = 10;
  run.optimizer.average_decay = 0.9;
  run.loader_threads = 2;
  const DetectorTrainingResult result = train_detector(run, data);
  EXPECT_TRUE(result.is_complete);

  const LossCurve curve(run.folder, run.samples);
  ASSERT_EQ(curve.rows().size(), 18u);
  const CurveRow& first = curve.rows().front();
  const CurveRow& last = curve.rows().back();
  EXPECT_LT(last.loss.total(), 0.3 * first.loss.total());
  ASSERT_TRUE(first.held_out && last.held_out);
  EXPECT_LT(first.held_out->recall(), 0.2);
  EXPECT_GT(last.held_out->recall(), 0.9);
  EXPECT_GT(last.held_out->precision(), 0.9);
  EXPECT_LT(last.held_out->eye_error, 0.2);
  // The file holds what the run returned.
  const auto stored = networks::load_blazeface(run.folder / "blazeface_gray.safetensors");
  EXPECT_EQ(stored.blocks[7].pointwise.weights, result.weights.blocks[7].pointwise.weights);
  EXPECT_NE(stored.training_data.find("8 drawn portraits; 2880 samples, seed 1"),
            std::string::npos);
}

TEST_F(DetectorTraining, GoesOnToTheSameBitsAfterAnInterruption) {
  DetectorData data;
  data.source = std::make_shared<RenderedFaces>(7, 8);
  data.description = "8 drawn portraits";
  const DetectorTrainingOptions whole = options("whole");
  ASSERT_TRUE(train_detector(whole, data).is_complete);

  DetectorTrainingOptions parted = options("parted");
  std::atomic<bool> stop = false;
  parted.stop = &stop;
  parted.threads = 2;
  parted.loader_threads = 2;
  int rows = 0;
  parted.report = [&](const std::string& line) {
    if (line.find("samples  loss") != std::string::npos && ++rows == 2) stop = true;
  };
  const DetectorTrainingResult first = train_detector(parted, data);
  EXPECT_FALSE(first.is_complete);
  EXPECT_EQ(first.samples, 24);
  EXPECT_THROW(train_detector(parted, data), InputError) << "a run must not be overwritten";
  stop = false;
  parted.resume = true;
  parted.report = [](const std::string&) {};
  ASSERT_TRUE(train_detector(parted, data).is_complete);
  for (const char* file : {"checkpoint.safetensors", "blazeface_gray.safetensors"}) {
    EXPECT_EQ(bytes_of(parted.folder / file), bytes_of(whole.folder / file)) << file;
  }
  EXPECT_EQ(LossCurve(parted.folder, 60).rows().size(), 5u);

  parted.seed = 2;
  EXPECT_THROW(train_detector(parted, data), InputError) << "another run's checkpoint";
}

TEST_F(DetectorTraining, KeepsTheLastCheckpointWhenTheDiskIsFull) {
  DetectorNetwork network(1, NetworkKernels::Torch, torch::kCPU, 1);
  Optimizer optimizer(network, {});
  const fs::path path = folder_ / "checkpoint.safetensors";
  write_checkpoint(path, network, optimizer, "settings");
  const std::string before = bytes_of(path);
  network.parameters().fill_(3.0f);

  // The system refuses bytes beyond the limit as it does on a full disk.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  const rlimit small{100000, old_limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_checkpoint(path, network, optimizer, "settings"), InputError);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);

  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "a part stayed behind";
  EXPECT_NO_THROW(read_checkpoint(path, network, optimizer, "settings"));
  fs::resize_file(path, before.size() / 2);
  EXPECT_THROW(read_checkpoint(path, network, optimizer, "settings"), InputError);
}

TEST(SampleLoader, GivesEverySampleOnceAndInOrderForAnyThreads) {
  struct Counter : SampleSource {
    void make(std::uint64_t index, TrainingSample& sample) const override {
      sample.pixels[0] = static_cast<float>(index);
    }
  };
  for (const int threads : {1, 4}) {
    SampleLoader::Options options;
    options.batch_size = 5;
    options.first_sample = 10;
    options.end_sample = 110;
    options.threads = threads;
    options.batches_ahead = 2;
    SampleLoader loader(std::make_shared<Counter>(), options);
    float expected = 10.0f;
    while (const SampleBatch* batch = loader.next()) {
      for (const TrainingSample& sample : batch->samples) {
        ASSERT_EQ(sample.pixels[0], expected);
        expected += 1.0f;
      }
    }
    EXPECT_EQ(expected, 110.0f);
  }
}

TEST(SampleLoader, PassesOnWhatTheSourceThrows) {
  struct Broken : SampleSource {
    void make(std::uint64_t index, TrainingSample&) const override {
      if (index == 7) throw InputError("picture 7: damaged, expected a JPEG");
    }
  };
  SampleLoader::Options options;
  options.batch_size = 5;
  options.end_sample = 100;
  options.threads = 2;
  SampleLoader loader(std::make_shared<Broken>(), options);
  EXPECT_THROW(while (loader.next() != nullptr){}, InputError);
}

TEST(LearningRate, RisesStaysAndFalls) {
  const OptimizerOptions options;
  EXPECT_NEAR(learning_rate(options, 0, 1000), 2.5e-5, 1e-9);
  EXPECT_DOUBLE_EQ(learning_rate(options, 100, 1000), 2.5e-3);
  EXPECT_DOUBLE_EQ(learning_rate(options, 450, 1000), 2.5e-3);
  EXPECT_NEAR(learning_rate(options, 725, 1000), 1.25e-3, 1e-6);
  EXPECT_LT(learning_rate(options, 999, 1000), 1e-7);
}

TEST(Optimizer, TakesTheStepsOfTorchsAdamW) {
  DetectorNetwork network(1, NetworkKernels::Torch, torch::kCPU, 1);
  OptimizerOptions options;
  options.warm_up_steps = 0;
  options.gradient_clip = 1e9;
  Optimizer optimizer(network, options);
  torch::Tensor expected = network.parameters().clone().requires_grad_();
  torch::optim::AdamW reference(
      {expected}, torch::optim::AdamWOptions(options.learning_rate).weight_decay(1e-3));
  for (int i = 0; i < 5; i++) {
    const torch::Tensor gradient = torch::sin(network.parameters() * 100.0 + i);
    network.gradients().copy_(gradient);
    expected.mutable_grad() = gradient.clone();
    optimizer.step(1000);
    reference.step();
    EXPECT_LT((network.parameters() - expected.detach()).abs().max().item<double>(), 1e-6);
  }
}

}  // namespace
}  // namespace eyelid::training
