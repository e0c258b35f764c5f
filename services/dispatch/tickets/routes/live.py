"""The scripts that keep a page of tickets up to date, where the browser runs them; without, it is read anew."""

SECONDS_WITH_SCRIPT = 5
SECONDS_WITHOUT = 20

_TONES = """
var audio;
function tone(at,hertz){var o=audio.createOscillator(),g=audio.createGain();o.frequency.value=hertz;
g.gain.setValueAtTime(0.0001,at);g.gain.exponentialRampToValueAtTime(0.4,at+0.03);
g.gain.exponentialRampToValueAtTime(0.0001,at+0.7);o.connect(g);g.connect(audio.destination);o.start(at);o.stop(at+0.75)}
function wake(){var C=window.AudioContext||window.webkitAudioContext;if(!C)return;audio=audio||new C();audio.resume()}
function chime(){if(!audio||audio.state!=="running")return;tone(audio.currentTime,880);tone(audio.currentTime+0.35,660)}
"""
"""Two tones of the Web Audio API: nothing has to be loaded, and no licence be kept."""

_READ = """
function read(done){fetch(location.href,{headers:{Accept:"text/html"},cache:"no-store",credentials:"same-origin"})
.then(function(r){return r.ok?r.text():null}).then(function(t){if(!t)return;
var m=new DOMParser().parseFromString(t,"text/html").querySelector("main"),h=document.querySelector("main");
if(m&&m.innerHTML!==h.innerHTML){h.replaceWith(m);done(m)}}).catch(function(){})}
"""

TICKET = f"""(function(){{{_TONES}{_READ}
function called(m){{return m.querySelector("[data-called]")!==null}}
var was=called(document);addEventListener("pointerdown",wake);
setInterval(function(){{if(document.hidden)return;read(function(m){{var now=called(m);
if(now&&!was){{chime();if(navigator.vibrate)navigator.vibrate([300,150,300])}}was=now}})}},{SECONDS_WITH_SCRIPT}000)}})()"""

DISPLAY = f"""(function(){{{_TONES}{_READ}
function calls(m){{return Array.prototype.map.call(m.querySelectorAll("[data-call]"),function(e){{
return e.getAttribute("data-call")}})}}
var known=calls(document),button=document.getElementById("sound"),on=false;button.hidden=false;
button.addEventListener("click",function(){{on=!on;if(on){{wake();setTimeout(chime,50)}}
button.setAttribute("aria-pressed",String(on));button.textContent=button.getAttribute(on?"data-on":"data-off")}});
setInterval(function(){{read(function(m){{var now=calls(m);
if(on&&now.some(function(c){{return known.indexOf(c)<0}}))chime();known=now}})}},3000)}})()"""
