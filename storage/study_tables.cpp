#include "storage/study_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/random.h"

namespace tuner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kInactiveInteger = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t kInactiveChoice = -1;
constexpr std::int64_t kNone = -1;
// Integers up to here are exact in a double.
constexpr double kLargestInteger = 0x1p53;
// A plugin that notes a new key in every trial must not make a column of each.
constexpr std::size_t kMostNoteColumns = 256;

template <class Enum>
std::vector<std::string> names_up_to(Enum last) {
  std::vector<std::string> names;
  for (std::uint8_t code = 0; code <= static_cast<std::uint8_t>(last); ++code)
    names.emplace_back(name_of(static_cast<Enum>(code)));
  return names;
}

template <class T, class Rows, class Value>
std::vector<T> column(const Rows& rows, Value value) {
  std::vector<T> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(static_cast<T>(value(row)));
  return values;
}

std::vector<TrialId> all_trials(const Study& study) {
  std::vector<TrialId> ids(study.trial_count());
  for (std::size_t number = 0; number < ids.size(); ++number) ids[number] = TrialId{number};
  return ids;
}

class TrialTables {
 public:
  TrialTables(const Study& study, Hdf5Writer& out) : study_(study), out_(out), trials_(all_trials(study)) {}

  void write() {
    for (const char* group : {"parameters", "values", "constraints", "fidelities", "notes"})
      out_.group(std::string("/trials/") + group);
    out_.group("/choices");
    write_states();
    write_numbers();
    write_times();
    write_parameters();
    write_measurements();
    write_notes();
    write_intermediate();
  }

 private:
  template <class T, class Value>
  void put(const std::string& name, Value value) {
    out_.dataset("/trials/" + name,
                 std::span<const T>(column<T>(trials_, [&](TrialId id) { return value(id, study_.trial(id)); })));
  }

  template <class Value>
  void put_codes(const std::string& name, Value value, std::span<const std::string> names) {
    const auto codes = column<std::int8_t>(trials_, [&](TrialId id) { return value(study_.trial(id)); });
    out_.dataset("/trials/" + name, codes, names);
  }

  void write_states() {
    put_codes(
        "state", [](const Trial& trial) { return trial.state; }, names_up_to(TrialState::discarded));
    put_codes(
        "origin", [](const Trial& trial) { return trial.origin; }, names_up_to(Origin::imported));
    auto causes = names_up_to(Cause::preempted);
    const auto none = static_cast<std::int8_t>(causes.size());
    causes.emplace_back("none");
    const auto cause = [&](const Trial& trial) {
      return trial.has_ended_attempt() ? static_cast<std::int8_t>(trial.cause) : none;
    };
    put_codes("cause", cause, causes);
  }

  void write_numbers() {
    put<std::int64_t>("number", [](TrialId id, const Trial&) { return id.value; });
    put<std::uint64_t>("seed",
                       [&](TrialId id, const Trial&) { return trial_seed(study_.definition().seed, id.value); });
    put<std::int32_t>("attempt", [](TrialId, const Trial& trial) { return trial.attempt; });
    put<std::int32_t>("known", [](TrialId, const Trial& trial) { return trial.known; });
    put<std::int32_t>("pending", [](TrialId, const Trial& trial) { return trial.pending; });
    put<std::int64_t>("parent", [](TrialId, const Trial& trial) {
      return trial.parent ? static_cast<std::int64_t>(trial.parent->value) : kNone;
    });
    put<std::int64_t>("rank", [](TrialId, const Trial& trial) {
      return trial.attempt > 0 ? static_cast<std::int64_t>(trial.rank.value) : kNone;
    });
    put<std::int64_t>("ask", [](TrialId, const Trial& trial) {
      return trial.origin == Origin::strategy ? static_cast<std::int64_t>(trial.ask.value) : kNone;
    });
  }

  void write_times() {
    put<double>("started", [](TrialId, const Trial& trial) { return trial.started; });
    put<double>("ended", [](TrialId, const Trial& trial) { return trial.ended; });
    put<double>("duration_s", [](TrialId, const Trial& trial) { return trial.duration_s; });
  }

  void write_parameters() {
    const auto& parameters = study_.space().parameters();
    const auto names = link_names(column<std::string>(parameters, [](const Parameter& one) { return one.name; }));
    for (std::size_t index = 0; index < parameters.size(); ++index) {
      const std::string path = "/trials/parameters/" + names[index];
      write_parameter(path, index);
      out_.attribute(path, "name", parameters[index].name);
      out_.attribute(path, "index", static_cast<std::int64_t>(index));
      if (!parameters[index].choices.empty())
        out_.dataset("/choices/" + names[index], plain_choices(parameters[index]));
    }
  }

  void write_parameter(const std::string& path, std::size_t index) {
    const auto& parameter = study_.space().parameters()[index];
    const auto value = [&](TrialId id) { return study_.configuration(id)[index]; };
    if (parameter.type == ParameterType::real) {
      out_.dataset(path, column<double>(trials_, value));
      out_.attribute(path, "inactive", kNaN);
    } else if (parameter.type == ParameterType::integer) {
      out_.dataset(path, column<std::int64_t>(trials_, [&](TrialId id) { return integer_of(value(id)); }));
      out_.attribute(path, "inactive", kInactiveInteger);
    } else {
      const auto count = parameter.choices.size();
      out_.dataset(path, column<std::int32_t>(trials_, [&](TrialId id) { return choice_of(value(id), count); }));
      out_.attribute(path, "inactive", std::int64_t{kInactiveChoice});
    }
  }

  // A file from outside may hold any double.
  static std::int64_t integer_of(double value) {
    return std::abs(value) <= kLargestInteger ? static_cast<std::int64_t>(value) : kInactiveInteger;
  }
  static std::int32_t choice_of(double value, std::size_t choices) {
    return value >= 0 && value < static_cast<double>(choices) ? static_cast<std::int32_t>(value) : kInactiveChoice;
  }

  // Strings as they are, unless there are other kinds of values among them.
  static std::vector<std::string> plain_choices(const Parameter& parameter) {
    std::vector<std::string> plain;
    for (const auto& choice : parameter.choices) {
      const auto value = nlohmann::json::parse(choice, nullptr, false);
      if (!value.is_string()) return parameter.choices;
      plain.push_back(value.get<std::string>());
    }
    return plain;
  }

  template <class Names, class Value>
  void write_group(const std::string& group, const Names& names, Value value) {
    const auto links = link_names(names);
    for (std::size_t index = 0; index < links.size(); ++index) {
      const std::string path = "/trials/" + group + "/" + links[index];
      out_.dataset(path, column<double>(trials_, [&](TrialId id) { return value(id)[index]; }));
      out_.attribute(path, "name", names[index]);
    }
  }

  void write_measurements() {
    const auto& goal = study_.definition().goal;
    const auto name = [](const auto& named) { return named.name; };
    write_group("values", column<std::string>(goal.objectives, name), [&](TrialId id) { return study_.values(id); });
    write_group("constraints", goal.constraints, [&](TrialId id) { return study_.constraints(id); });
    write_group("fidelities", column<std::string>(goal.fidelities, name),
                [&](TrialId id) { return study_.fidelities(id); });
  }

  void write_notes() {
    std::map<std::string, std::vector<double>> columns;
    for (const auto id : trials_) {
      for (const auto& [key, value] : study_.metrics(id)) {
        if (columns.size() == kMostNoteColumns && !columns.contains(key)) continue;
        auto& values = columns[key];
        values.resize(trials_.size(), kNaN);
        values[id.value] = value;
      }
    }
    const auto keys = column<std::string>(columns, [](const auto& entry) { return entry.first; });
    const auto links = link_names(keys);
    for (std::size_t index = 0; index < keys.size(); ++index) {
      out_.dataset("/trials/notes/" + links[index], columns.at(keys[index]));
      out_.attribute("/trials/notes/" + links[index], "name", keys[index]);
    }
  }

  void write_intermediate() {
    struct Row {
      TrialId trial;
      IntermediateValue value;
    };
    std::vector<Row> rows;
    for (const auto id : trials_)
      for (const auto& value : study_.intermediate(id)) rows.push_back({id, value});
    out_.dataset("/intermediate/trial", column<std::int64_t>(rows, [](const Row& row) { return row.trial.value; }));
    out_.dataset("/intermediate/attempt", column<std::int32_t>(rows, [](const Row& row) { return row.value.attempt; }));
    out_.dataset("/intermediate/step", column<std::int64_t>(rows, [](const Row& row) { return row.value.step; }));
    out_.dataset("/intermediate/value", column<double>(rows, [](const Row& row) { return row.value.value; }));
  }

  const Study& study_;
  Hdf5Writer& out_;
  std::vector<TrialId> trials_;
};

void write_failures(const std::vector<Failure>& failures, Hdf5Writer& out) {
  out.dataset("/failures/trial", column<std::int64_t>(failures, [](const Failure& row) { return row.trial.value; }));
  out.dataset("/failures/attempt", column<std::int32_t>(failures, [](const Failure& row) { return row.attempt; }));
  out.dataset("/failures/cause", column<std::int8_t>(failures, [](const Failure& row) { return row.cause; }),
              names_up_to(Cause::preempted));
  out.dataset("/failures/message", column<std::string>(failures, [](const Failure& row) { return row.message; }));
}

void write_epochs(const std::vector<Epoch>& epochs, Hdf5Writer& out) {
  out.dataset("/epochs/number", column<std::int64_t>(epochs, [](const Epoch& row) { return row.number.value; }));
  out.dataset("/epochs/started", column<double>(epochs, [](const Epoch& row) { return row.started; }));
  out.dataset("/epochs/ended", column<double>(epochs, [](const Epoch& row) { return row.ended; }));
  out.dataset("/epochs/facts", column<std::string>(epochs, [](const Epoch& row) { return row.facts; }));
  out.dataset("/epochs/end_reason", column<std::string>(epochs, [](const Epoch& row) { return row.end_reason; }));
  out.dataset("/epochs/allocation_end",
              column<double>(epochs, [](const Epoch& row) { return row.allocation ? row.allocation->end : kNaN; }));
}

void write_requests(const std::vector<RequestSeen>& requests, Hdf5Writer& out) {
  out.dataset("/requests/epoch",
              column<std::int64_t>(requests, [](const RequestSeen& row) { return row.epoch.value; }));
  out.dataset("/requests/time", column<double>(requests, [](const RequestSeen& row) { return row.request.time; }));
  out.dataset("/requests/request",
              column<std::int8_t>(requests, [](const RequestSeen& row) { return row.request.request; }),
              names_up_to(RequestKind::enqueue));
  out.dataset("/requests/by", column<std::string>(requests, [](const RequestSeen& row) { return row.request.by; }));
  out.dataset("/requests/configuration",
              column<std::string>(requests, [](const RequestSeen& row) { return row.request.configuration; }));
  out.dataset("/requests/refused", column<std::string>(requests, [](const RequestSeen& row) { return row.refused; }));
}

void write_ledger(const std::vector<LedgerEntry>& ledger, Hdf5Writer& out) {
  const auto amounts = [&](const std::string& name, double LedgerEntry::*amount) {
    out.dataset("/ledger/" + name, column<double>(ledger, [&](const LedgerEntry& row) { return row.*amount; }));
  };
  out.dataset("/ledger/epoch", column<std::int64_t>(ledger, [](const LedgerEntry& row) { return row.epoch.value; }));
  out.dataset("/ledger/job", column<std::string>(ledger, [](const LedgerEntry& row) { return row.job; }));
  amounts("began", &LedgerEntry::began);
  amounts("ended", &LedgerEntry::ended);
  amounts("cores", &LedgerEntry::cores);
  for (const LedgerAccount& account : kLedgerAccounts) amounts(account.name, account.amount);
}

void write_holdout(const std::vector<HoldoutLook>& looks, Hdf5Writer& out) {
  out.dataset("/holdout/trial", column<std::int64_t>(looks, [](const HoldoutLook& row) { return row.trial.value; }));
  out.dataset("/holdout/time", column<double>(looks, [](const HoldoutLook& row) { return row.time; }));
  out.dataset("/holdout/metrics", column<std::string>(looks, [](const HoldoutLook& row) { return row.metrics; }));
}

void write_settings(const std::map<std::string, std::string>& settings, Hdf5Writer& out) {
  out.dataset("/settings/name", column<std::string>(settings, [](const auto& entry) { return entry.first; }));
  out.dataset("/settings/value", column<std::string>(settings, [](const auto& entry) { return entry.second; }));
}

std::string link_name(std::string_view name) {
  // HDF5 takes "." for the group itself, and an empty name for none.
  if (name.empty() || name == ".") return name.empty() ? "%" : "%2E";
  std::string link;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '/' || letter == '%' || code < ' ')
      link += fmt::format("%{:02X}", code);
    else
      link += letter;
  }
  return link;
}

}  // namespace

std::vector<std::string> link_names(std::span<const std::string> names) {
  std::set<std::string> used;
  std::vector<std::string> links;
  for (std::size_t position = 0; position < names.size(); ++position) {
    auto link = link_name(names[position]);
    if (!used.insert(link).second) link += fmt::format("%{}", position);
    links.push_back(std::move(link));
  }
  return links;
}

void write_tables(const Study& study, Hdf5Writer& out) {
  out.text("/definition", study.definition().to_json());
  out.text("/space", study.space().to_json());
  TrialTables(study, out).write();
  write_failures(study.failures(), out);
  write_epochs(study.epochs(), out);
  write_ledger(study.ledger().entries(), out);
  write_requests(study.requests(), out);
  write_holdout(study.holdout_looks(), out);
  write_settings(study.settings(), out);
}

}  // namespace tuner
