"""Receives every sign-in of the tenant with Microsoft's Event Hubs client for Python, from all partitions at once."""
import json
import os
import sys
import threading

from azure.eventhub import EventHubConsumerClient, TransportType

cloud = json.loads(os.environ["MATRIX_EMULATOR"])
namespace = cloud["eventHubs"][0]
hub = "insights-logs-signinlogs"


def client():
    # Over WebSockets, since this client connects to port 5671 and no other where it speaks bare AMQP.
    return EventHubConsumerClient.from_connection_string(
        namespace["connectionString"],
        consumer_group="$Default",
        eventhub_name=hub,
        transport_type=TransportType.AmqpOverWebsocket,
        custom_endpoint_address=cloud["url"],
        connection_verify=cloud["caFile"],
    )


with client() as asking:
    wanted = 0
    for partition in asking.get_partition_ids():
        properties = asking.get_partition_properties(partition)
        if not properties["is_empty"]:
            wanted += properties["last_enqueued_sequence_number"] - properties["beginning_sequence_number"] + 1

ids = []
events = 0
failure = None
done = threading.Event()
lock = threading.Lock()


def on_event_batch(context, batch):
    global events
    with lock:
        for event in batch:
            events += 1
            ids.extend(record["properties"]["id"] for record in json.loads(event.body_as_str())["records"])
        if events >= wanted:
            done.set()


def on_error(context, error):
    global failure
    failure = str(error)
    done.set()


receiving = client()
thread = threading.Thread(
    target=receiving.receive_batch,
    kwargs={
        "on_event_batch": on_event_batch,
        "on_error": on_error,
        "starting_position": "-1",
        "max_batch_size": 100,
    },
    daemon=True,
)
thread.start()
done.wait(60)
receiving.close()
thread.join(20)
if failure is not None:
    sys.exit(failure)
print(json.dumps({"wanted": wanted, "events": events, "records": len(ids), "different": len(set(ids))}))
