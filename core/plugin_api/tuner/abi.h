/* The line between tuner and its plugins, in plain C.
 *
 * A plugin is a shared library that exports ONE data symbol: `tuner_objective_v1` or `tuner_strategy_v1`. C++ authors
 * include tuner/objective.h or tuner/strategy.h instead, which fill these tables in.
 *
 * Rules of the line
 *  - Values are arrays of double: reals as they are, integers exactly, choices by index from 0, booleans as 0 and 1;
 *    NaN = inactive (a conditional parameter whose parent does not call for it).
 *  - Nothing is freed across the line: the callee fills the caller's buffers, or calls the caller's writer.
 *  - A function that can fail returns a tuner_status and explains itself in `error`. No exception, longjmp or thread
 *    may cross the line. All calls to one plugin come from one thread.
 *  - Pointers handed to a call live until that call returns, unless said otherwise. Text is UTF-8, ends with NUL.
 *  - Structs only grow at their end. `struct_size` says how much of a struct the other side knows; a reader touches no
 *    field beyond it. Arrays are arrays of pointers, so that their elements may grow too. */
#ifndef TUNER_ABI_H
#define TUNER_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TUNER_ABI_MAJOR 1
#define TUNER_ABI_MINOR 1

typedef int32_t tuner_status;
enum {
  TUNER_OK = 0,
  TUNER_FAILED = 1,      /* it did not work; `error` says why (a trial: cause "exception") */
  TUNER_PRUNED = 2,      /* evaluate only: it stopped because stop_reason() said so */
  TUNER_EXHAUSTED = 3,   /* ask only: after these suggestions there is nothing left to suggest */
  TUNER_USER_MISTAKE = 4 /* the user's options or data are wrong; `error` says what and where */
};

typedef int32_t tuner_parameter_type;
enum { TUNER_FLOAT = 0, TUNER_INT = 1, TUNER_CATEGORICAL = 2, TUNER_ORDINAL = 3, TUNER_BOOL = 4 };

typedef int32_t tuner_stop_reason;
enum { TUNER_CONTINUE = 0, TUNER_STOP_PRUNE = 1, TUNER_STOP_CANCEL = 2 };

typedef int32_t tuner_log_level;
enum { TUNER_LOG_DEBUG = 0, TUNER_LOG_INFO = 1, TUNER_LOG_WARNING = 2, TUNER_LOG_ERROR = 3 };

typedef int32_t tuner_refit_part;
enum { TUNER_REFIT_WITHOUT_HOLDOUT = 0, TUNER_REFIT_ALL = 1 };

/* How a trial ended. */
typedef int32_t tuner_cause;
enum {
  TUNER_CAUSE_VALUE = 0,
  TUNER_CAUSE_PRUNED = 1,
  TUNER_CAUSE_BAD_VALUE = 2,
  TUNER_CAUSE_EXCEPTION = 3,
  TUNER_CAUSE_CRASH = 4,
  TUNER_CAUSE_TIMEOUT = 5,
  TUNER_CAUSE_OUT_OF_MEMORY = 6
};

/* Who wanted a trial. */
typedef int32_t tuner_origin;
enum {
  TUNER_ORIGIN_STRATEGY = 0,
  TUNER_ORIGIN_ENQUEUED = 1,
  TUNER_ORIGIN_FALLBACK = 2,
  TUNER_ORIGIN_REPLICATE = 3,
  TUNER_ORIGIN_IMPORTED = 4
};

/* A buffer of the caller's for text. The callee writes at most `capacity` bytes, the last of them NUL. */
typedef struct tuner_text {
  char* data;
  size_t capacity;
} tuner_text;

/* Takes text of any length from the callee, in as many pieces as it likes. */
typedef struct tuner_writer {
  void* context;
  void (*write)(void* context, const char* bytes, size_t size);
} tuner_writer;

/* One option of the plugin as the user set it (or its default). */
typedef struct tuner_option {
  const char* name;
  const char* value;
} tuner_option;

typedef struct tuner_options {
  uint32_t struct_size;
  uint32_t count;
  const tuner_option* items; /* count */
} tuner_options;

/* The parent must have one of `values`, or where `value_count` is 0 lie in [low, high] (never where low > high). */
typedef struct tuner_condition {
  uint32_t struct_size;
  uint32_t parent;      /* index of the parameter that decides */
  const double* values; /* value_count */
  uint64_t value_count;
  double low;
  double high;
} tuner_condition;

typedef struct tuner_parameter {
  uint32_t struct_size;
  tuner_parameter_type type;
  const char* name;
  double low;  /* inclusive; 0 for choices and bool; 1 for a bool fixed to true */
  double high; /* inclusive; number of choices - 1; 1 for bool; 0 for a bool fixed to false */
  double step; /* 0 = continuous; int, choices and bool: at least 1 */
  int32_t log; /* 1 = log scale */
  uint32_t choice_count;
  const char* const* choices; /* choice_count JSON scalars: "\"gbtree\"", "16", "true", "null" */
  double default_value;       /* NaN where none was given */
  double cells;               /* number of distinct values; INFINITY where continuous */
  uint64_t condition_count;
  const tuner_condition* const* conditions; /* all of them must hold for the parameter to be active */
} tuner_parameter;

/* The search space that a plugin works in, which may be narrower than the one it declared. Lives as long as the
 * plugin's instance. A "configuration" is an array of parameter_count doubles in the order of `parameters`, a "cube
 * point" the same number of doubles in [0, 1]. All functions are pure and thread-safe. */
typedef struct tuner_space {
  uint32_t struct_size;
  uint32_t parameter_count;
  const tuner_parameter* const* parameters; /* a parent always stands before its children */
  const char* json;                         /* the whole space as text */
  double cells;                             /* upper bound of the number of distinct configurations; may be INFINITY */
  void* context;
  /* Cube point to configuration: log scales and integer cells of equal width, inactive parameters become NaN. The
   * result may be a forbidden combination: ask contains(). */
  void (*from_unit)(void* context, const double* cube, double* configuration);
  /* The inverse: the centre of the cell; 0.5 for inactive parameters. */
  void (*to_unit)(void* context, const double* configuration, double* cube);
  /* Sets inactive parameters to NaN, active ones that are NaN to their default (where none was given: the first of
   * unordered choices, the middle of a range), and values of a float with a step to the multiple that they mean. */
  void (*make_canonical)(void* context, double* configuration);
  /* 1 where the configuration is canonical, in range and not forbidden. */
  int32_t (*contains)(void* context, const double* configuration);
  /* One uniform draw over the allowed configurations, a function of (seed, index) alone. */
  void (*sample)(void* context, uint64_t seed, uint64_t index, double* configuration);
} tuner_space;

/* ---- Objectives ------------------------------------------------------------------------------------------------ */

/* One trial as the objective sees it. Callbacks take `context` and may be called from evaluate() only. */
typedef struct tuner_trial {
  uint32_t struct_size;
  uint32_t attempt; /* 1 for the first run of this trial */
  uint64_t number;
  uint64_t seed;               /* the same for every attempt */
  const double* configuration; /* parameter_count */
  const double* fidelities;    /* one for each declared fidelity */
  uint32_t threads;            /* cores that this trial may use */
  uint32_t fidelity_count;
  void* context;
  /* A private folder, made at the first call. What is left in it stays: over attempts, kills and resumes, and after the
   * trial's end; when evaluate() returns with nothing left in it, it is removed. NULL if it cannot be made. */
  const char* (*directory)(void* context);
  /* The folder of the trial that this one continues; NULL if it continues none. */
  const char* (*parent_directory)(void* context);
  /* An intermediate value of the first objective. */
  void (*report)(void* context, int64_t step, double value);
  tuner_stop_reason (*stop_reason)(void* context);
  /* A metric kept with the trial; a later note of the same key replaces it. */
  void (*note)(void* context, const char* key, double value);
  void (*log)(void* context, tuner_log_level level, const char* text);
  /* Draft services by name; NULL where this tuner does not know the name. */
  const void* (*extension)(void* context, const char* id);
  /* 1 where the last time that it was 1, or evaluate() began, is as long ago as the user's --trial-checkpoint-every:
   * time to save in directory() what the next attempt can go on from. Since minor 1: ask it only where struct_size
   * holds it. */
  int32_t (*checkpoint_due)(void* context);
} tuner_trial;

/* Trains the final model of one configuration into `directory`. */
typedef struct tuner_refit_request {
  uint32_t struct_size;
  tuner_refit_part part;
  uint64_t seed;
  const double* configuration;
  const char* directory; /* exists */
  uint32_t threads;
  uint32_t zero; /* keeps the struct free of padding */
} tuner_refit_request;

typedef struct tuner_objective_v1_t {
  uint32_t struct_size;
  uint32_t abi_minor;
  /* JSON: {"name", "version", "summary", "options": [{"name", "type": text|int|float|bool, "default", "help",
   * "required", "executes_code", "identity"}], "objectives": [{"name", "direction": minimize|maximize}],
   * "constraints": [name], "fidelities": [{"name", "low", "high"}]}. A constraint is met when its value is <= 0. */
  tuner_status (*describe)(const tuner_writer* json, const tuner_text* error);
  /* The search space as JSON; may read the user's data. */
  tuner_status (*space)(const tuner_options* options, const tuner_writer* json, const tuner_text* error);
  /* JSON array of the files whose contents belong to the study's identity. */
  tuner_status (*inputs)(const tuner_options* options, const tuner_writer* json, const tuner_text* error);
  tuner_status (*create)(const tuner_space* space, const tuner_options* options, void** instance,
                         const tuner_text* error);
  /* values: one for each objective; constraints: one for each constraint. */
  tuner_status (*evaluate)(void* instance, const tuner_trial* trial, double* values, double* constraints,
                           const tuner_text* error);
  /* Optional (NULL). `metrics` takes a flat JSON object of numbers and texts; those called "holdout_..." are scores on
   * the hold-out part. */
  tuner_status (*refit)(void* instance, const tuner_refit_request* request, const tuner_writer* metrics,
                        const tuner_text* error);
  void (*destroy)(void* instance);
} tuner_objective_v1_t;

/* ---- Strategies ------------------------------------------------------------------------------------------------ */

/* What the study optimizes. Lives as long as the strategy's instance. */
typedef struct tuner_goal {
  uint32_t struct_size;
  uint32_t objective_count;
  const int32_t* maximize; /* objective_count: 1 = maximize */
  uint32_t constraint_count;
  uint32_t fidelity_count;
  const double* fidelity_low;  /* fidelity_count */
  const double* fidelity_high; /* fidelity_count */
} tuner_goal;

/* A finished trial. Failed trials have NaN values. */
typedef struct tuner_result {
  uint32_t struct_size;
  tuner_cause cause;
  uint64_t trial;
  int64_t parent; /* -1 = none */
  const double* configuration;
  const double* fidelities;
  const double* values;
  const double* constraints;
  const double* noise_sd; /* one for each objective, NaN where not known */
  tuner_origin origin;
  uint32_t report_count;
  const int64_t* report_steps; /* report_count */
  const double* report_values; /* report_count */
} tuner_result;

/* A trial that was suggested and is not finished. */
typedef struct tuner_pending {
  uint32_t struct_size;
  tuner_origin origin;
  uint64_t trial;
  const double* configuration;
  const double* fidelities;
} tuner_pending;

typedef struct tuner_ask_request {
  uint32_t struct_size;
  uint32_t want;      /* at least 1 */
  uint64_t number;    /* of this ask, from 0; never repeated in a study */
  uint64_t suggested; /* how many suggestions the study has taken from this strategy so far */
  uint64_t pending_count;
  const tuner_pending* const* pending; /* in the order of their trials */
} tuner_ask_request;

/* Buffers of the caller's. */
typedef struct tuner_suggestion {
  uint32_t struct_size;
  uint32_t zero;
  double* configuration; /* parameter_count */
  double* fidelities;    /* fidelity_count, filled with the highest */
  int64_t parent;        /* preset to -1 */
  tuner_text note;       /* JSON object or empty: why this point */
} tuner_suggestion;

/* A deterministic function of the calls made to it: randomness only from (seed, ask number, suggested), no clock. */
typedef struct tuner_strategy_v1_t {
  uint32_t struct_size;
  uint32_t abi_minor;
  /* JSON: {"name", "version", "summary", "options": [...], "uses_results": bool} */
  tuner_status (*describe)(const tuner_writer* json, const tuner_text* error);
  tuner_status (*create)(const tuner_space* space, const tuner_goal* goal, uint64_t seed, const tuner_options* options,
                         void** instance, const tuner_text* error);
  /* New results only, in the order in which they arrived. */
  tuner_status (*tell)(void* instance, const tuner_result* const* results, uint64_t count, const tuner_text* error);
  /* Fills up to `want` suggestions and says how many in `count`. Fewer than wanted = wait for results. */
  tuner_status (*ask)(void* instance, const tuner_ask_request* request, tuner_suggestion* const* suggestions,
                      uint64_t* count, const tuner_text* error);
  /* Optional (NULL): the fitted model as a JSON object for people. */
  tuner_status (*describe_model)(void* instance, const tuner_writer* json, const tuner_text* error);
  void (*destroy)(void* instance);
} tuner_strategy_v1_t;

#ifdef __cplusplus
}
#endif

#endif /* TUNER_ABI_H */
