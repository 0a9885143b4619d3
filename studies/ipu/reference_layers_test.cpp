// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>

#include "eyelid/core/error.hpp"
#include "studies/ipu/training_step.hpp"
#include "temporary_folder.hpp"

namespace eyelid::ipu {
namespace {

class LayerFile : public ::testing::Test {
 protected:
  std::vector<ReferenceLayer> read(const std::string& rows) {
    const auto path = folder_.path() / "layers.csv";
    std::ofstream(path) << "layer,batch,field_height,field_width,kernel,stride,padding_both_sides,"
                           "padding_lower_side,groups,input_channels_per_group,"
                           "output_channels_per_group,mk1_cycles,mk2_cycles\n"
                        << rows;
    return read_reference_layers(path);
  }
  testing::TemporaryFolder folder_;
};

TEST_F(LayerFile, PaddingOfBothSidesAndOfTheLowerSide) {
  const auto layers = read("a,4,56,56,3,1,1,,128,1,1,100,200\nb,4,56,56,3,2,,1,128,1,1,,\n");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].layer.forward.output_size(0), 56);
  EXPECT_EQ(layers[0].mk2_cycles, 200.0);
  EXPECT_EQ(layers[1].layer.forward.output_size(0), 28);
  EXPECT_EQ(layers[1].layer.forward.padding_upper[0], 0);
  EXPECT_EQ(layers[1].mk1_cycles, 0.0);
}

TEST_F(LayerFile, KernelsNeedNotBeSquare) {
  const auto layers = read("a,4,17,17,1x7,1,0x3,,1,8,8,1,1\n");
  EXPECT_EQ(layers[0].layer.forward.kernel, (Pair{1, 7}));
}

TEST_F(LayerFile, DamageIsNamed) {
  for (const char* rows : {"",
                           "a,4,56,56,0,1,1,,128,1,1,1,1\n",
                           "a,0,56,56,3,1,1,,1,1,1,1,1\n",
                           "a,4,2,2,3,1,,,1,1,1,1,1\n",
                           "a,4,56,56,3x,1,1,,1,1,1,1,1\n",
                           "a,4,56,56,3,1,1,,1,1,1,-5,1\n",
                           "a,4,99999999999,56,3,1,1,,1,1,1,1,1\n"}) {
    EXPECT_THROW(read(rows), InputError) << rows;
  }
}

}  // namespace
}  // namespace eyelid::ipu
