cd "$(dirname "$0")" || exit 2
test -r keys || { echo "zombies.sh: there are no keys to read in $PWD/keys" >&2; exit 2; }
set -a
. ./keys
exec recipe/bin/python watch_for_zombies.py --older-than 6h
