cd "$(dirname "$0")" && test -r keys || exit 2
set -a
. ./keys
exec recipe/bin/python watch_for_zombies.py --older-than 6h @refs.txt
