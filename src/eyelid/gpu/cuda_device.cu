// SPDX-License-Identifier: MIT
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "eyelid/gpu/cuda_launch.cuh"
#include "eyelid/gpu/cuda_memory.cuh"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/frame_program.hpp"

namespace eyelid::gpu {
namespace {

constexpr int kHopper = 9;

class CudaDevice final : public FrameDevice {
 public:
  CudaDevice(int ordinal,
             std::shared_ptr<const DeviceModels> models,
             const FrameDeviceOptions& options)
      : ordinal_(ordinal), name_("cuda:" + std::to_string(ordinal)), options_(options) {
    EYELID_EXPECTS(options.batch_frames > 0 && options.batch_frames <= SelectSubjects::kMaxFrames);
    EYELID_EXPECTS(options.slots > 0 && options.measure.detect_every > 0);
    EYELID_EXPECTS(options.batch_frames % options.measure.detect_every == 0);
    use();
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, ordinal), "properties");
    name_ += std::string(" ") + properties.name;
    if (properties.major < 8) {
      throw DeviceError(name_ + ": compute capability " + std::to_string(properties.major) + "." +
                        std::to_string(properties.minor) + "; expected at least 8.0");
    }
    const std::size_t largest = properties.sharedMemPerBlockOptin;
    program_.is_hopper =
        properties.major == kHopper && largest >= kernels::gpu::BlazeHalfHopper::kSharedBytes;
    if (largest < kernels::gpu::BlazeHalfAmpere::kSharedBytes) {
      throw DeviceError(name_ + ": " + std::to_string(largest) +
                        " bytes of shared memory per block; expected at least " +
                        std::to_string(kernels::gpu::BlazeHalfAmpere::kSharedBytes));
    }
    program_.processors = properties.multiProcessorCount;
    program_.options = options.measure;
    allow_shared_memory();
    upload_models(*models);
    for (int i = 0; i < options.slots; i++) slots_.push_back(make_slot());
  }

  ~CudaDevice() override {
    cudaSetDevice(ordinal_);
    cudaDeviceSynchronize();  // nothing may be in flight when the memory goes
  }
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  std::string_view name() const override { return name_; }
  int slot_count() const override { return options_.slots; }
  int batch_frames() const override { return options_.batch_frames; }
  int row_bytes() const override { return program_.plan.row_bytes; }

  void prepare(int width, int height) override {
    use();
    program_.plan = plan_frames(width, height);
    const DeviceImage& image = program_.plan.image;
    plan_memory_ = device_memory(image.size(), name_);
    const auto base = reinterpret_cast<std::uintptr_t>(plan_memory_.get());
    const std::vector<std::byte> bytes = image.bytes_at(base);
    check(cudaMemcpy(plan_memory_.get(), bytes.data(), bytes.size(), cudaMemcpyHostToDevice),
          "upload of tables");
    program_.tables = plan_pointers(program_.plan, base);
    for (Slot& slot : slots_) prepare_slot(slot);
  }

  std::uint8_t* frame(int slot, int i) override {
    return reinterpret_cast<std::uint8_t*>(at(slot).frames.get()) +
           static_cast<std::size_t>(i) * program_.plan.frame_bytes;
  }

  std::unique_ptr<SelectionChain> make_chain() override {
    use();
    return std::make_unique<CudaChain>(name_);
  }

  void submit(int number, int frame_count, SelectionChain& chain_of_runner) override {
    EYELID_EXPECTS(frame_count > 0 && frame_count <= options_.batch_frames);
    auto& chain = static_cast<CudaChain&>(chain_of_runner);
    use();
    Slot& slot = at(number);
    slot.frame_count = frame_count;
    // A single slot has nobody to wait for: the whole batch is one graph, one launch.
    const bool is_one_graph = options_.slots == 1 && !options_.wants_times;
    if (is_one_graph) {
      if (slot.graph_frames != frame_count || slot.graph_state != chain.state()) {
        capture(slot, frame_count, chain.state());
      }
      check(cudaGraphLaunch(slot.graph.get(), slot.stream.get()), "graph launch");
      check(cudaEventRecord(slot.selected.get(), slot.stream.get()), "event");
    } else {
      record(slot, 0);
      upload(slot, frame_count);
      record(slot, 1);
      enqueue_kernels(slot, frame_count, chain);
      record(slot, 2);
      download(slot, frame_count);
      record(slot, 3);
    }
    if (!options_.wants_faces_only) chain.last = slot.selected.get();
  }

  BatchResults wait(int number) override {
    use();
    Slot& slot = at(number);
    check(cudaStreamSynchronize(slot.stream.get()), "batch");
    const auto count = static_cast<std::size_t>(slot.frame_count);
    BatchResults results;
    if (options_.wants_faces_only) {
      results.face_counts = {reinterpret_cast<const std::int32_t*>(slot.results.get()), count};
    } else {
      results.records = {reinterpret_cast<const FrameRecord*>(slot.results.get()), count};
    }
    if (options_.wants_faces) {
      results.faces = {reinterpret_cast<const FaceRecord*>(slot.results.get() + faces_at()),
                       count * kMaxFaces};
    }
    if (options_.measure.wants_points && !options_.wants_faces_only) {
      results.points = {reinterpret_cast<const FaceLandmarks*>(slot.results.get() + points_at()),
                        count};
    }
    if (options_.wants_times) {
      results.times = {elapsed_ms(slot, 0), elapsed_ms(slot, 1), elapsed_ms(slot, 2)};
    }
    return results;
  }

  BatchResults locate(int number, std::span<const FaceRecord> faces) override {
    EYELID_EXPECTS(!faces.empty() && options_.measure.detect_every == 1);
    EYELID_EXPECTS(faces.size() <= static_cast<std::size_t>(options_.batch_frames));
    use();
    Slot& slot = at(number);
    slot.frame_count = static_cast<int>(faces.size());
    upload(slot, slot.frame_count);
    const std::vector<std::int32_t> ones(faces.size(), 1), zeros(faces.size(), 0);
    const auto put = [&](void* target, std::size_t pitch, const void* source, std::size_t bytes) {
      check(cudaMemcpy2DAsync(target,
                              pitch,
                              source,
                              bytes,
                              bytes,
                              faces.size(),
                              cudaMemcpyHostToDevice,
                              slot.stream.get()),
            "upload of faces");
    };
    put(slot.buffers.faces, kMaxFaces * sizeof(FaceRecord), faces.data(), sizeof(FaceRecord));
    put(slot.buffers.face_counts, sizeof(std::int32_t), ones.data(), sizeof(std::int32_t));
    put(slot.buffers.subjects, sizeof(std::int32_t), zeros.data(), sizeof(std::int32_t));
    record(slot, 0);
    record(slot, 1);
    CudaLaunch launch{slot.stream.get(), name_};
    enqueue_eyes(launch, program_, slot.buffers, slot.frame_count);
    record(slot, 2);
    download(slot, slot.frame_count);
    record(slot, 3);
    return wait(number);
  }

  double network_ms(int images, int repeats) override {
    EYELID_EXPECTS(images > 0 && images <= options_.batch_frames && repeats > 0);
    use();
    if (program_.plan.width == 0) prepare(128, 128);
    Slot& slot = at(0);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images) * 128 * 128);
    std::mt19937 random(1);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random());
    check(cudaMemcpyAsync(slot.buffers.inputs,
                          pixels.data(),
                          pixels.size(),
                          cudaMemcpyHostToDevice,
                          slot.stream.get()),
          "upload");
    const Event begin = make_event(cudaEventDefault, name_);
    const Event end = make_event(cudaEventDefault, name_);
    CudaLaunch launch{slot.stream.get(), name_};
    check(cudaEventRecord(begin.get(), slot.stream.get()), "event");
    for (int i = 0; i < repeats; i++) enqueue_network(launch, program_, slot.buffers, images);
    check(cudaEventRecord(end.get(), slot.stream.get()), "event");
    check(cudaEventSynchronize(end.get()), "network");
    float ms = 0.0f;
    check(cudaEventElapsedTime(&ms, begin.get(), end.get()), "time");
    return static_cast<double>(ms);
  }

 private:
  using Slot = CudaSlot;

  void use() const { check(cudaSetDevice(ordinal_), "device"); }
  void check(cudaError_t status, const char* what) const { check_cuda(status, name_, what); }
  Slot& at(int slot) { return slots_.at(static_cast<std::size_t>(slot)); }

  void allow_shared_memory() const {
    namespace k = kernels::gpu;
    check(k::allow_shared_memory<k::Letterbox>(k::Letterbox::shared_bytes(kWidestFrame_px)),
          "shared memory");
    if (program_.is_hopper) {
      check(k::allow_shared_memory<k::BlazeHalfHopper>(k::BlazeHalfHopper::kSharedBytes),
            "shared memory");
    }
    check(k::allow_shared_memory<k::BlazeHalfAmpere>(k::BlazeHalfAmpere::kSharedBytes),
          "shared memory");
    check(k::allow_shared_memory<FindFaces>(FindFaces::kSharedBytes), "shared memory");
    check(k::allow_shared_memory<LocateEyes>(LocateEyes::shared_bytes(true)), "shared memory");
    if (program_.is_hopper) {
      check(k::allow_shared_memory<LocateEyesSpread>(LocateEyesSpread::shared_bytes(true)),
            "shared memory");
    }
  }

  void upload_models(const DeviceModels& models) {
    model_memory_ = device_memory(models.size(), name_);
    const auto base = reinterpret_cast<std::uintptr_t>(model_memory_.get());
    const std::vector<std::byte> bytes = models.bytes_at(base);
    check(cudaMemcpy(model_memory_.get(), bytes.data(), bytes.size(), cudaMemcpyHostToDevice),
          "upload of models");
    program_.models = models.pointers(base);
  }

  Slot make_slot() const {
    Slot slot;
    slot.stream = make_stream(name_);
    slot.selected = make_event(cudaEventDisableTiming, name_);
    for (Event& event : slot.times) event = make_event(cudaEventDefault, name_);
    return slot;
  }

  std::size_t faces_at() const {
    return static_cast<std::size_t>(options_.batch_frames) * sizeof(FrameRecord);
  }
  std::size_t points_at() const {
    return faces_at() + static_cast<std::size_t>(options_.batch_frames) * kMaxFaces *
                            (options_.wants_faces ? sizeof(FaceRecord) : 0);
  }
  std::size_t result_bytes() const {
    return points_at() + static_cast<std::size_t>(options_.batch_frames) *
                             (options_.measure.wants_points ? sizeof(FaceLandmarks) : 0);
  }

  /// Selection waits for that of the batch before, whatever stream or device it is on.
  void enqueue_kernels(const Slot& slot, int frame_count, CudaChain& chain) const {
    CudaLaunch launch{slot.stream.get(), name_};
    enqueue_detection(launch, program_, slot.buffers, frame_count);
    if (options_.wants_faces_only) return;
    if (chain.last != nullptr) {
      check(cudaStreamWaitEvent(slot.stream.get(), chain.last, 0), "wait for the batch before");
    }
    enqueue_selection(launch, program_, slot.buffers, frame_count, chain.state());
    check(cudaEventRecord(slot.selected.get(), slot.stream.get()), "event");
    enqueue_eyes(launch, program_, slot.buffers, frame_count);
  }

  void prepare_slot(Slot& slot) {
    const int frames = options_.batch_frames;
    slot.memory.reset();  // before the larger one is asked for
    slot.frames.reset();
    slot.graph.reset();
    slot.graph_frames = 0;
    slot.memory = device_memory(buffer_bytes(program_, frames), name_);
    slot.buffers = buffers_at(program_, frames, slot.memory.get());
    check(cudaMemset(slot.buffers.arrivals, 0, static_cast<std::size_t>(frames) * sizeof(unsigned)),
          "clearing");
    slot.frames =
        pinned_memory(static_cast<std::size_t>(frames) * program_.plan.frame_bytes, name_);
    slot.results = pinned_memory(result_bytes(), name_);
    check(cudaDeviceSynchronize(), "preparation");
  }

  void upload(const Slot& slot, int frame_count) const {
    check(cudaMemcpyAsync(slot.buffers.frames,
                          slot.frames.get(),
                          static_cast<std::size_t>(frame_count) * program_.plan.frame_bytes,
                          cudaMemcpyHostToDevice,
                          slot.stream.get()),
          "upload of frames");
  }

  void download(const Slot& slot, int frame_count) const {
    const auto count = static_cast<std::size_t>(frame_count);
    const auto fetch = [&](std::size_t offset, const void* source, std::size_t bytes) {
      check(cudaMemcpyAsync(slot.results.get() + offset,
                            source,
                            bytes,
                            cudaMemcpyDeviceToHost,
                            slot.stream.get()),
            "download");
    };
    if (options_.wants_faces_only) {
      fetch(0, slot.buffers.face_counts, count * sizeof(std::int32_t));
    } else {
      fetch(0, slot.buffers.records, count * sizeof(FrameRecord));
    }
    if (options_.wants_faces) {
      fetch(faces_at(), slot.buffers.faces, count * kMaxFaces * sizeof(FaceRecord));
    }
    if (options_.measure.wants_points && !options_.wants_faces_only) {
      fetch(points_at(), slot.buffers.points, count * sizeof(FaceLandmarks));
    }
  }

  void capture(Slot& slot, int frame_count, detection::SubjectMemory* state) {
    slot.graph.reset();
    slot.graph_frames = 0;
    check(cudaStreamBeginCapture(slot.stream.get(), cudaStreamCaptureModeThreadLocal), "graph");
    try {
      CudaLaunch launch{slot.stream.get(), name_};
      upload(slot, frame_count);
      enqueue_detection(launch, program_, slot.buffers, frame_count);
      if (!options_.wants_faces_only) {
        enqueue_selection(launch, program_, slot.buffers, frame_count, state);
        enqueue_eyes(launch, program_, slot.buffers, frame_count);
      }
      download(slot, frame_count);
    } catch (...) {
      cudaGraph_t broken = nullptr;
      cudaStreamEndCapture(slot.stream.get(), &broken);
      if (broken != nullptr) cudaGraphDestroy(broken);
      throw;
    }
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(slot.stream.get(), &graph), "graph");
    cudaGraphExec_t executable = nullptr;
    const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
    cudaGraphDestroy(graph);
    check(status, "graph");
    slot.graph.reset(executable);
    slot.graph_frames = frame_count;
    slot.graph_state = state;
  }

  void record(const Slot& slot, int i) const {
    if (options_.wants_times) {
      check(cudaEventRecord(slot.times[i].get(), slot.stream.get()), "event");
    }
  }
  double elapsed_ms(const Slot& slot, int i) const {
    float ms = 0.0f;
    check(cudaEventElapsedTime(&ms, slot.times[i].get(), slot.times[i + 1].get()), "time");
    return static_cast<double>(ms);
  }

  int ordinal_;
  std::string name_;
  FrameDeviceOptions options_;
  FrameProgram program_{};
  DeviceMemory model_memory_;
  DeviceMemory plan_memory_;
  std::vector<Slot> slots_;
};

}  // namespace

CudaDevices find_cuda_devices() {
  CudaDevices devices;
  devices.expected = "a GPU and its driver, or device cpu";
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    (void)cudaGetLastError();
    devices.why_none = std::string("no CUDA device: ") + cudaGetErrorString(status);
    return devices;
  }
  for (int i = 0; i < count; i++) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) break;
    devices.names.emplace_back(properties.name);
  }
  if (devices.names.empty()) devices.why_none = "no CUDA device";
  return devices;
}

std::unique_ptr<FrameDevice> make_cuda_device(int ordinal,
                                              std::shared_ptr<const DeviceModels> models,
                                              const FrameDeviceOptions& options) {
  const CudaDevices devices = find_cuda_devices();
  if (ordinal < 0 || static_cast<std::size_t>(ordinal) >= devices.names.size()) {
    throw DeviceError(
        "device cuda: " +
        (devices.why_none.empty() ? "no device " + std::to_string(ordinal) : devices.why_none) +
        "; expected " + devices.expected);
  }
  return std::make_unique<CudaDevice>(ordinal, std::move(models), options);
}

}  // namespace eyelid::gpu
