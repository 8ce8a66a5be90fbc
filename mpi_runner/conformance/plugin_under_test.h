// The plugin that is checked, with what the first checks found out about it.
#pragma once

#include <functional>

#include "mpi_runner/conformance.h"
#include "mpi_runner/conformance/check_list.h"
#include "mpi_runner/plugin_description.h"
#include "mpi_runner/plugin_host/protocol.h"

namespace tuner::conformance {

struct PluginUnderTest {
  ConformanceSetup setup;
  PluginDescription description;
  PluginOptions options;  // defaults filled in
};

void check_objective(const PluginUnderTest& plugin, CheckList& checks);
void check_strategy(const PluginUnderTest& plugin, CheckList& checks);

using CreateRequest = std::function<protocol::Request(const PluginOptions&)>;

// Creates an instance, destroys it, and throws Failed where the host does not end as it should. Throws UserError where
// create() finds a mistake in the options.
void create_and_destroy(const PluginUnderTest& plugin, const protocol::Request& create);

// Sets each text option to nonsense. The plugin may refuse it or work with it, but must not die of it.
void create_with_nonsense(const PluginUnderTest& plugin, const CreateRequest& create);

}  // namespace tuner::conformance
