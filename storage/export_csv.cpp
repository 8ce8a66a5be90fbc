#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "core/configuration_text.h"
#include "core/escaped_text.h"
#include "core/random.h"
#include "storage/export.h"

namespace tuner {

namespace {

struct Column {
  std::string name;
  std::function<std::string(TrialId)> cell;
};

// Texts of plugins may hold anything, and a table ends up on terminals.
std::string csv_text(std::string_view text) {
  auto safe = escaped(text);
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  std::string cell = "\"";
  for (const char letter : safe) cell += letter == '"' ? "\"\"" : std::string(1, letter);
  return cell + '"';
}

std::string cell_of(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

std::string cell_of(const Parameter& parameter, double value) {
  if (std::isnan(value)) return "";
  const auto json = nlohmann::json::parse(value_to_json(parameter, value), nullptr, false);
  return csv_text(json.is_string() ? json.get<std::string>() : json.dump());
}

class Table {
 public:
  explicit Table(const Study& study) : study_(study) {
    add_facts();
    add_parameters();
    const auto& goal = study_.definition().goal;
    for (std::size_t i = 0; i < goal.objectives.size(); ++i)
      add("value." + goal.objectives[i].name, [this, i](TrialId id) { return cell_of(study_.values(id)[i]); });
    for (std::size_t i = 0; i < goal.constraints.size(); ++i)
      add("constraint." + goal.constraints[i], [this, i](TrialId id) { return cell_of(study_.constraints(id)[i]); });
    for (std::size_t i = 0; i < goal.fidelities.size(); ++i)
      add("fidelity." + goal.fidelities[i].name, [this, i](TrialId id) { return cell_of(study_.fidelities(id)[i]); });
    add_notes();
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void write(std::ostream& out) const {
    write_line(out, [](const Column& column) { return csv_text(column.name); });
    for (std::size_t number = 0; number < study_.trial_count(); ++number)
      write_line(out, [&](const Column& column) { return column.cell(TrialId{number}); });
  }

 private:
  void add(std::string name, std::function<std::string(TrialId)> cell) {
    columns_.push_back({std::move(name), std::move(cell)});
  }
  template <class Value>
  void add_fact(const char* name, Value value) {
    add(name, [this, value](TrialId id) { return fmt::format("{}", value(study_.trial(id))); });
  }
  template <class Value>
  void add_time(const char* name, Value value) {
    add(name, [this, value](TrialId id) { return cell_of(value(study_.trial(id))); });
  }

  void add_facts() {
    add("number", [](TrialId id) { return std::to_string(id.value); });
    add_fact("state", [](const Trial& trial) { return name_of(trial.state); });
    add_fact("cause", [](const Trial& trial) { return trial.has_ended_attempt() ? name_of(trial.cause) : ""; });
    add_fact("origin", [](const Trial& trial) { return name_of(trial.origin); });
    add_fact("attempt", [](const Trial& trial) { return trial.attempt; });
    add_fact("parent", [](const Trial& trial) { return trial.parent ? std::to_string(trial.parent->value) : ""; });
    add_fact("rank", [](const Trial& trial) { return trial.attempt > 0 ? std::to_string(trial.rank.value) : ""; });
    add_fact("ask", [](const Trial& trial) {
      return trial.origin == Origin::strategy ? std::to_string(trial.ask.value) : "";
    });
    add_fact("known", [](const Trial& trial) { return trial.known; });
    add_fact("pending", [](const Trial& trial) { return trial.pending; });
    add("seed", [this](TrialId id) { return std::to_string(trial_seed(study_.definition().seed, id.value)); });
    add_time("started", [](const Trial& trial) { return trial.started; });
    add_time("ended", [](const Trial& trial) { return trial.ended; });
    add_time("duration_s", [](const Trial& trial) { return trial.duration_s; });
  }

  void add_parameters() {
    const auto& parameters = study_.space().parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
      add("parameter." + parameters[i].name,
          [this, i](TrialId id) { return cell_of(study_.space().parameters()[i], study_.configuration(id)[i]); });
  }

  void add_notes() {
    std::set<std::string> keys;
    for (std::size_t number = 0; number < study_.trial_count(); ++number)
      for (const auto& [key, value] : study_.metrics(TrialId{number})) keys.insert(key);
    for (const auto& key : keys) add("note." + key, [this, key](TrialId id) { return note(id, key); });
  }

  std::string note(TrialId id, const std::string& key) const {
    for (const auto& [name, value] : study_.metrics(id))
      if (name == key) return cell_of(value);
    return "";
  }

  template <class Cell>
  void write_line(std::ostream& out, Cell cell) const {
    const char* separator = "";
    for (const auto& column : columns_) {
      out << separator << cell(column);
      separator = ",";
    }
    out << "\r\n";
  }

  const Study& study_;
  std::vector<Column> columns_;
};

}  // namespace

void export_csv(const Study& study, std::ostream& out) {
  Table(study).write(out);
}

}  // namespace tuner
