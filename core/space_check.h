// What makes a search space valid, for SearchSpace::from_parts().
#pragma once

#include <optional>
#include <vector>

#include "core/error.h"
#include "core/search_space.h"

namespace tuner {

// One clear message without a place; whoever read the space from a text knows the line of the part and adds it.
struct SpaceMistake : UserError {
  enum class Part { whole, parameter, forbidden };

  SpaceMistake(Part which_part, std::size_t which, const std::string& message)
      : UserError(message), part(which_part), index(which) {}

  Part part;
  std::size_t index;  // of the parameter, or of the forbidden combination, in the order given
};

// Names become datasets of the study file, arguments like --fix name=value and columns of tables. Throws SpaceMistake.
void check_name(const std::string& name, std::size_t index);

// Checks each parameter, condition and forbidden combination by itself. A `high` that lies between two steps is
// rounded down to the lower one. Throws SpaceMistake.
void check_parts(std::vector<Parameter>& parameters, const std::vector<Forbidden>& forbidden);

// Moves children behind their parents and keeps the order otherwise. Throws SpaceMistake that names a cycle.
void put_parents_first(std::vector<Parameter>& parameters, std::vector<Forbidden>& forbidden);

}  // namespace tuner
