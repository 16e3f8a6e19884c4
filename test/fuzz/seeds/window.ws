{"type":"taken","seq":0}
{"type":"watch","ids":["a","b"]}
{"type":"command","id":1,"name":"history.list","args":{"limit":10,"query":"alice"}}
{"type":"command","id":2,"name":"call.hold","args":{"id":"x","on":true}}
{"type":"command","id":3,"name":"call.dtmf","args":{"id":"x","digits":"12#"}}
