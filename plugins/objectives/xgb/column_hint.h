// Which columns there are, for a user who named one that is not there.
#pragma once

#include <string>
#include <string_view>

#include "plugins/objectives/xgb/table.h"

namespace tuner::xgb {

// " Did you mean 'age'? Columns are: age, sex, … (31 columns)", without the question where no name is near `typed`.
std::string column_hint(const Table& table, std::string_view typed);

}  // namespace tuner::xgb
