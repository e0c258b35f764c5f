import{t as s,d as t,r as a,c as o}from"./BCuJA6k4.js";const e=["catalog","requests","dispatch","notify"],r={catalog:o,requests:a,dispatch:t,notify:s};export{e as S,r as s};
