#include "mpi_runner/commands/requests_text.h"

#include <fmt/ostream.h>

#include <string>

#include "core/shell_word.h"
#include "core/study.h"
#include "mpi_runner/table.h"
#include "mpi_runner/text.h"
#include "storage/requests.h"

namespace tuner {

void print_left_requests(std::ostream& out, const StudyFiles& names) {
  for (const Arrived& arrived : arrived_requests(system_files(), names))
    if (const auto* request = std::get_if<Request>(&arrived.content))
      fmt::print(out, "asked   of the next run: {} {} ({}). To take it back: rm {}\n", name_of(request->kind),
                 escaped(request->configuration), escaped(request->by),
                 shell_word(request_file(names, arrived.name).string()));
}

void print_requests(std::ostream& out, const Study& study, std::size_t width) {
  if (study.requests().empty()) {
    fmt::print(out, "no request is recorded\n");
    return;
  }
  Table table({{"run", Column::Align::right}, {"asked at"}, {"request"}, {"by"}, {"refused"}});
  for (const auto& [epoch, request, refused] : study.requests()) {
    const std::string what(name_of(request.request));
    table.add_row({std::to_string(epoch.value), time_text(request.time),
                   request.configuration.empty() ? what : what + " " + request.configuration, request.by, refused});
  }
  table.print(out, width);
}

}  // namespace tuner
