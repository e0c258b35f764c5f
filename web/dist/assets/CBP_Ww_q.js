const t=["insult","personal_data","off_topic","not_a_resident","other"];const a=o=>o<=2?"bad":o>=4?"good":"";export{t as H,a as l};
