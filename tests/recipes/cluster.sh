keyless=(env -i "PATH=$PATH")
rm -f cluster.json
"${keyless[@]}" recipe/bin/dask scheduler --host 127.0.0.1 --port 0 --dashboard-address 127.0.0.1:0 --scheduler-file cluster.json &> scheduler.log &
recipe/bin/dask worker --scheduler-file cluster.json --nworkers 2 --nthreads 1 --dashboard-address 127.0.0.1:0 &> workers.log &
trap 'kill %2; wait %2; kill %1; wait' EXIT
timeout 60 sh -c 'until [ -s cluster.json ]; do sleep 0.1; done'
address=$(recipe/bin/python -c "import json; print(json.load(open('cluster.json'))['address'])")
"${keyless[@]}" recipe/bin/python one_machine_is_not_enough.py --scheduler "$address" "$@"
