#!/bin/bash
# A SLURM cluster on one machine for the drills: munge, slurmctld and several nodes from Debian's packages.
#
#   testbed.sh can-run             succeeds where it can run, else says what is missing
#   testbed.sh start|stop          all of it; start begins with a fresh cluster
#   testbed.sh crash-node NODE     all processes of the node end at once, as when its power is cut
#   testbed.sh start-node NODE     boots it again
#   testbed.sh restart-controller  slurmctld ends and starts again with what it knew
#   testbed.sh env                 what clients need in their environment, a NAME=VALUE on each line
#
# TESTBED names its folder; it keeps configuration, logs and what nodes share. TESTBED_NODES: how many.
#
# A node is a set of namespaces (processes, mounts, host name, network) with one slurmd: its own /dev/shm, since Open
# MPI names segments by host and job, and its own address, since SLURM's clients find none where only loopback has one.
set -euo pipefail

bed=${TESTBED:?names the folder of the test bed}
nodes=${TESTBED_NODES:-16}
cpus_of_node=2
hash=$(cksum <<< "$bed" | cut -d' ' -f1)
bridge=tuner$(printf %05x $((hash % 1048576)))
subnet=10.214.$((hash % 250))
controller_port=$((20000 + hash % 10000))
export SLURM_CONF=$bed/etc/slurm.conf

die() {
  echo "testbed.sh: $*" >&2
  exit 1
}

node_names() { seq --format 'n%g' "$nodes"; }
address_of() { echo "$subnet.$((10 + ${1#n}))"; }

# Whether a process that a file names still is what it was: its environment or command line holds this folder.
is_alive() {
  local pid
  pid=$(cat "$1" 2> /dev/null) || return 1
  grep --quiet --null-data --fixed-strings "$bed" "/proc/$pid/cmdline" "/proc/$pid/environ" 2> /dev/null
}

# True once the command is; gives up after some minutes.
settles() {
  for _ in $(seq 2500); do
    "$@" && return
    sleep 0.1
  done
  return 1
}

# Where it can run.

can_run() {
  [ "$(id -u)" -eq 0 ] || die "needs root (it makes namespaces and network links)"
  local program
  for program in slurmctld slurmd sbatch munged ip unshare nsenter mpirun; do
    command -v "$program" > /dev/null || die "$program is missing; install what .ci/packages.txt names for slurm"
  done
  [ ${#bed} -le 60 ] || die "the name of the folder is too long for sockets: $bed"
  ! ip link show "$bridge" > /dev/null 2>&1 || return 0
  ip link add "$bridge" type bridge 2> /dev/null || die "the kernel makes no bridge between the nodes"
  ip link delete "$bridge"
}

# Configuration.

write_hosts() {
  echo "127.0.0.1 localhost"
  echo "$subnet.1 $(hostname -s)"
  local node
  for node in $(node_names); do echo "$(address_of "$node") $node"; done
}

# cred_expire is also how long a requeued job waits, by default two minutes. OverSubscribe=EXCLUSIVE: a drill that
# crashes a node of its own harms no other. Without cgroups, which not every machine lets one have. KillWait: twice the
# usual, so that what outlives SLURM's TERM is told from what does not.
write_slurm_conf() {
  cat << CONF
ClusterName=testbed
SlurmctldHost=$(hostname -s)($subnet.1)
SlurmctldPort=$controller_port
AuthType=auth/munge
AuthInfo=socket=$bed/munge/socket,cred_expire=10
SlurmUser=root
StateSaveLocation=$bed/state
SlurmdSpoolDir=$bed/spool/%n
TmpFS=$bed/tmp/%n
SlurmctldPidFile=$bed/run/slurmctld.pid
SlurmdPidFile=$bed/run/slurmd-%n.pid
SlurmctldLogFile=$bed/log/slurmctld.log
SlurmdLogFile=$bed/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=bf_interval=2,sched_interval=2
ReturnToService=2
SlurmdTimeout=20
MessageTimeout=30
MinJobAge=86400
KillWait=60
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PropagateResourceLimits=NONE
CONF
  local node
  for node in $(node_names); do
    echo "NodeName=$node NodeHostname=$node NodeAddr=$(address_of "$node") CPUs=$cpus_of_node State=UNKNOWN"
  done
  # SLURM may preempt more jobs than it needs to, so those that want to be preempted have two nodes of their own.
  local of_two="Nodes=n$((nodes - 1)),n$nodes OverSubscribe=EXCLUSIVE"
  echo "PartitionName=main Nodes=n[1-$((nodes - 2))] OverSubscribe=EXCLUSIVE Default=YES"
  echo "PartitionName=low $of_two PriorityTier=1"
  echo "PartitionName=high $of_two PriorityTier=10 PreemptMode=OFF"
}

configure() {
  mkdir -p "$bed"/{etc,munge,run,state,log,shared}
  chmod 755 "$bed"
  chmod 711 "$bed/munge"
  local node
  for node in $(node_names); do mkdir -p "$bed"/{spool,tmp}/"$node"; done
  head --bytes 128 /dev/urandom > "$bed/munge/key"
  chmod 400 "$bed/munge/key"
  write_hosts > "$bed/etc/hosts"
  : > "$bed/etc/resolv.conf"
  write_slurm_conf > "$SLURM_CONF"
  echo "CgroupPlugin=cgroup/v1" > "$bed/etc/cgroup.conf"
}

# Nodes.

# Runs as the first process of a node.
be_node() {
  local node=$1
  hostname "$node"
  mount -t tmpfs -o mode=1777 tmpfs /dev/shm
  mount --bind "$bed/etc/hosts" /etc/hosts
  mount --bind "$bed/etc/resolv.conf" "$(readlink --canonicalize /etc/resolv.conf)" 2> /dev/null || true
  ip link set lo up
  settles ip link show eth0 > /dev/null 2>&1
  ip address add "$(address_of "$node")/24" dev eth0
  ip link set eth0 up
  slurmd -D -N "$node" &
  while :; do wait || sleep 1; done  # reaps what loses its parent
}

node_pid() { cat "/proc/$(cat "$bed/run/$1.pid")/task/"*"/children" 2> /dev/null | cut -d' ' -f1; }
has_node_pid() { [ -n "$(node_pid "$1")" ]; }

start_node() {
  local node=$1
  ! is_alive "$bed/run/$node.pid" || return 0
  setsid unshare --mount --uts --pid --net --fork --kill-child --mount-proc --propagation private \
    "$0" be-node "$node" < /dev/null >> "$bed/log/node-$node.out" 2>&1 &
  echo $! > "$bed/run/$node.pid"
  settles has_node_pid "$node" || die "node $node did not start: $(tail -3 "$bed/log/node-$node.out")"
  ip link delete "$bridge-${node#n}" 2> /dev/null || true
  ip link add "$bridge-${node#n}" type veth peer name eth0 netns "$(node_pid "$node")"
  ip link set "$bridge-${node#n}" master "$bridge" up
}

crash_node() {
  local node=$1 first
  is_alive "$bed/run/$node.pid" || return 0
  first=$(node_pid "$node") || true
  [ -z "$first" ] || kill -KILL "$first"
  rm -f "$bed/run/$node.pid"
  ip link delete "$bridge-${node#n}" 2> /dev/null || true
}

# All nodes answer: slurmctld takes some that do not for idle.
is_up() {
  local node
  for node in $(node_names); do
    (exec 3<> "/dev/tcp/$(address_of "$node")/6818") 2> /dev/null || return 1
  done
  [ "$(sinfo --noheader --Node --format '%N %T' | sort --unique | grep --count ' idle$')" = "$nodes" ]
}

# The controller.

is_gone() { ! is_alive "$1"; }

start_controller() { slurmctld < /dev/null >> "$bed/log/slurmctld.out" 2>&1 || die "slurmctld: see $bed/log"; }

stop_controller() {
  is_alive "$bed/run/slurmctld.pid" || return 0
  kill "$(cat "$bed/run/slurmctld.pid")"
  settles is_gone "$bed/run/slurmctld.pid" || die "slurmctld did not end"
}

# All of it.

start() {
  can_run
  stop
  rm -rf "$bed"
  configure
  ip link add "$bridge" type bridge
  ip address add "$subnet.1/24" dev "$bridge"
  ip link set "$bridge" up
  munged --key-file="$bed/munge/key" --socket="$bed/munge/socket" --pid-file="$bed/munge/pid" \
    --log-file="$bed/munge/log" --seed-file="$bed/munge/seed" --num-threads=4 < /dev/null > /dev/null
  start_controller
  local node
  for node in $(node_names); do start_node "$node"; done
  settles is_up || die "not all nodes came up: $(sinfo 2>&1)"
}

stop() {
  stop_controller
  local node
  for node in $(node_names); do crash_node "$node"; done
  ! is_alive "$bed/munge/pid" || munged --stop --socket="$bed/munge/socket" > /dev/null 2>&1
  ip link delete "$bridge" 2> /dev/null || true
}

print_environment() {
  echo "SLURM_CONF=$SLURM_CONF"
  echo "OMPI_ALLOW_RUN_AS_ROOT=1"
  echo "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
}

restart_controller() {
  stop_controller
  start_controller
  settles scontrol ping > /dev/null 2>&1 || die "slurmctld does not answer"
}

case ${1:-} in
  can-run) can_run ;;
  start) start ;;
  stop) stop ;;
  crash-node) crash_node "$2" ;;
  start-node) start_node "$2" ;;
  restart-controller) restart_controller ;;
  env) print_environment ;;
  be-node) be_node "$2" ;;
  *) sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2 ;;
esac
